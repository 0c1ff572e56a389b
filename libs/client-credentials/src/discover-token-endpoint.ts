import { isHttpUrl } from './client-registration.js';
import type { IssuerClient } from './issuer-client.js';
import { retryAfterMs } from './retry-after.js';
import { TokenRequestError } from './token-request-error.js';

/**
 * Finds out where an issuer gives out tokens: from its authorization server metadata (RFC 8414 3), or, where
 * it has none, from its OpenID Connect configuration.
 *
 * @param now milliseconds since the epoch.
 * @throws TokenRequestError if it is in neither, or if the metadata names another issuer (RFC 8414 3.3).
 */
export async function discoverTokenEndpoint(
  client: IssuerClient,
  issuer: string,
  signal: AbortSignal,
  now: () => number,
): Promise<string> {
  const metadata = await fetchMetadata(client, issuer, signal, now);
  // RFC 8414 3.3: metadata that names another issuer must not be used.
  if (metadata['issuer'] !== issuer) throw new TokenRequestError('issuer_mismatch');
  const endpoint = metadata['token_endpoint'];
  if (typeof endpoint !== 'string' || !isAsSafeAs(issuer, endpoint)) {
    throw new TokenRequestError('no_token_endpoint');
  }
  return endpoint;
}

type Metadata = Readonly<Record<string, unknown>>;

async function fetchMetadata(
  client: IssuerClient,
  issuer: string,
  signal: AbortSignal,
  now: () => number,
): Promise<Metadata> {
  const statuses: string[] = [];
  let longestWait = 0;
  for (const url of metadataUrls(issuer)) {
    const { status, body, retryAfter } = await client.send({ url }, signal);
    if (status === 200 && isObject(body)) return body;
    statuses.push(`HTTP ${status}`);
    const wait = retryAfterMs(retryAfter, now());
    longestWait = Math.max(longestWait, wait ?? 0);
    if (wantsToBeLeftAlone(status, wait)) break;
  }
  throw new TokenRequestError('metadata_unavailable', statuses.join(', '), longestWait);
}

// A bare 503 is also how gateways answer at a path that leads nowhere: the metadata may be at the other address.
function wantsToBeLeftAlone(status: number, wait: number | undefined): boolean {
  return status === 429 || (status === 503 && wait !== undefined);
}

// RFC 8414 3.1 takes a final slash away and puts the well-known part between host and path; OpenID Connect
// puts it at the end.
function metadataUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  return [
    `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`,
    `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
  ];
}

// Credentials may not travel in the clear because of one wrong letter in the metadata.
function isAsSafeAs(issuer: string, url: string): boolean {
  return isHttpUrl(url) && (url.startsWith('https:') || issuer.startsWith('http:'));
}

function isObject(value: unknown): value is Metadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
