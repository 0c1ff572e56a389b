import { fetchJson, NoAnswerError, type Fetch } from './fetch-json.js';

/** The members of an issuer's metadata that a resource server needs (RFC 8414 2, but for the last). */
export type IssuerEndpoint = 'jwks_uri' | 'introspection_endpoint' | 'm2m_revocation_feed_endpoint';

/**
 * Finds out where an issuer has one of its endpoints: from its authorization server metadata (RFC 8414 3),
 * or, where it has none, from its OpenID Connect configuration.
 *
 * @throws NoAnswerError if neither is answered.
 * @throws Error if it is in neither, or if the metadata names another issuer (RFC 8414 3.3).
 */
export async function discoverEndpoint(
  fetch: Fetch,
  issuer: string,
  endpoint: IssuerEndpoint,
): Promise<string> {
  const failures: Error[] = [];
  for (const url of metadataUrls(issuer)) {
    try {
      const { body } = await fetchJson(fetch, url);
      if (body['issuer'] !== issuer) throw new Error(`${url} is the metadata of another issuer`);
      const found = body[endpoint];
      if (typeof found !== 'string' || !isAsSafeAs(issuer, found)) {
        throw new Error(`${url} names no usable ${endpoint}`);
      }
      return found;
    } catch (error) {
      failures.push(error instanceof Error ? error : new Error(String(error)));
    }
  }
  const message = failures.map((failure) => failure.message).join('; ');
  const isSilent = failures.every((failure) => failure instanceof NoAnswerError);
  throw isSilent ? new NoAnswerError(message) : new Error(message);
}

// RFC 8414 3.1 takes a final slash away and puts the well-known part between host and path; OpenID Connect puts it at the end.
function metadataUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
  ];
}

// Neither keys nor credentials may travel in the clear because of one wrong letter in the metadata.
function isAsSafeAs(issuer: string, url: string): boolean {
  if (!URL.canParse(url)) return false;
  return new URL(url).protocol === 'https:' || new URL(issuer).protocol === 'http:';
}
