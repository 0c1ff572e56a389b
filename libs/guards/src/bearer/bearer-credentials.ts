import type { IncomingHttpHeaders } from 'node:http';

/** The part of a request a token is looked for in: the header and nothing else (RFC 9700 4.3.2). */
export interface RequestHead {
  readonly headers: IncomingHttpHeaders;
  /** Where Fastify and Express keep Node's request. */
  readonly raw?: { readonly rawHeaders: readonly string[] };
  readonly rawHeaders?: readonly string[];
}

/** What a request brings along to authenticate itself. */
export type BearerCredentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous' }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'token'; readonly token: string };

// RFC 6750 2.1: credentials = "Bearer" 1*SP b64token; the scheme in any letter case (RFC 9110 11.1).
const CREDENTIALS = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
const BEARER_SCHEME = /^bearer(?: |$)/i;

/** Reads a request's bearer token. */
export function bearerCredentials(request: RequestHead): BearerCredentials {
  if (authorizationHeaders(request) > 1) return { kind: 'ambiguous' };
  const header = request.headers.authorization?.trim();
  if (header === undefined || !BEARER_SCHEME.test(header)) return { kind: 'none' };
  const token = CREDENTIALS.exec(header)?.[1];
  return token === undefined ? { kind: 'malformed' } : { kind: 'token', token };
}

// Node keeps the first of several Authorization headers and drops the others from `headers`.
function authorizationHeaders(request: RequestHead): number {
  const raw = request.raw?.rawHeaders ?? request.rawHeaders ?? [];
  let count = 0;
  for (let index = 0; index < raw.length; index += 2) {
    if (raw[index]?.toLowerCase() === 'authorization') count += 1;
  }
  return count;
}
