import { fetchJson, type Fetch } from './fetch-json.js';

/**
 * Finds out where an issuer publishes its keys: from its authorization server metadata (RFC 8414 3), or,
 * where it has none, from its OpenID Connect configuration.
 *
 * @throws Error if neither is there, or if it names another issuer (RFC 8414 3.3).
 */
export async function discoverJwksUri(fetch: Fetch, issuer: string): Promise<string> {
  const failures: unknown[] = [];
  for (const url of metadataUrls(issuer)) {
    try {
      const { body } = await fetchJson(fetch, url);
      if (body['issuer'] !== issuer) throw new Error(`${url} is the metadata of another issuer`);
      if (typeof body['jwks_uri'] !== 'string') throw new Error(`${url} names no jwks_uri`);
      return body['jwks_uri'];
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, 'the metadata of the issuer cannot be fetched');
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
