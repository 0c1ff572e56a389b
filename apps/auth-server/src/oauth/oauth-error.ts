import { HttpException } from '@nestjs/common';

/** The error codes of RFC 6749 5.2 and RFC 8707 2, and RFC 6749 4.1.2.1's for a server that is not able to answer. */
export const oauthErrorCodes = [
  'invalid_request',
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'server_error',
  'temporarily_unavailable',
] as const;

export type OAuthErrorCode = (typeof oauthErrorCodes)[number];

/** An error answer of an OAuth endpoint (RFC 6749 5.2). */
export class OAuthError extends HttpException {
  /**
   * @param description for people, of the characters RFC 6749 5.2 allows (%x20-21, %x23-5B, %x5D-7E).
   *   A fixed text: never anything that came in.
   * @param headers to be sent along with the error.
   */
  constructor(
    status: number,
    readonly code: OAuthErrorCode,
    readonly description: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(description, status);
  }
}

export const invalidRequest = (description: string) =>
  new OAuthError(400, 'invalid_request', description);

/**
 * Failed client authentication. It is the same to the letter whatever the reason, so that nobody learns
 * which clients there are; the challenge goes with every 401 (RFC 9110 11.6.1, RFC 6749 5.2).
 */
export const invalidClient = () =>
  new OAuthError(401, 'invalid_client', 'Client authentication failed', {
    'www-authenticate': 'Basic realm="auth-server", charset="UTF-8"',
  });

/**
 * Too many failed attempts to authenticate. OAuth has no code of its own for it; this one says that it passes
 * (RFC 6749 4.1.2.1), and clients of every kind try again after it.
 *
 * @param retryAfter whole seconds (RFC 9110 10.2.3).
 */
export const tooManyFailures = (retryAfter: number) =>
  new OAuthError(
    429,
    'temporarily_unavailable',
    'Too many failed attempts to authenticate this client from this address',
    { 'retry-after': String(retryAfter) },
  );

export const unauthorizedClient = () =>
  new OAuthError(400, 'unauthorized_client', 'The client is not registered for this grant type');

/** A client that may not use an endpoint gets the same code as for a grant (RFC 9126 2.3 does so too). */
export const notAResourceServer = () =>
  new OAuthError(400, 'unauthorized_client', 'The client acts for no resource server');

export const unsupportedGrantType = () =>
  new OAuthError(400, 'unsupported_grant_type', 'The only grant type here is client_credentials');

export const invalidScope = (description: string) =>
  new OAuthError(400, 'invalid_scope', description);

export const invalidTarget = (description: string) =>
  new OAuthError(400, 'invalid_target', description);
