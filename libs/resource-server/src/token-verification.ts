import type { VerificationOptions } from '@m2m/guards';
import { secretSource } from '@m2m/service-defaults';
import type { VerificationConfiguration } from './verification.configuration.js';

/**
 * How access tokens are verified: by the issuer's keys, by these and its feed of what is revoked, or by
 * asking the issuer about each.
 */
export function tokenVerification(configuration: VerificationConfiguration): VerificationOptions {
  const client = {
    clientId: configuration.OAUTH_CLIENT_ID,
    clientSecret: secretSource('OAUTH_CLIENT_SECRET', process.env),
  };
  if (configuration.OAUTH_INTROSPECTION === 'on') {
    const endpoint = configuration.OAUTH_INTROSPECTION_ENDPOINT;
    const cacheSeconds = configuration.OAUTH_INTROSPECTION_CACHE_SECONDS;
    return { introspection: { endpoint, ...client, cacheSeconds } };
  }
  const endpoint = configuration.OAUTH_REVOCATION_FEED_ENDPOINT;
  return {
    jwksUri: configuration.OAUTH_JWKS_URI,
    revocationFeed:
      configuration.OAUTH_REVOCATION_FEED === 'on' ? { endpoint, ...client } : undefined,
  };
}
