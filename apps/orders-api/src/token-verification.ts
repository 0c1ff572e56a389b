import type { VerificationOptions } from '@m2m/guards';
import { secretSource } from '@m2m/service-defaults';
import type { OrdersApiConfiguration } from './configuration.js';

/** How access tokens are verified: by the issuer's keys, or by asking the issuer about each. */
export function tokenVerification(configuration: OrdersApiConfiguration): VerificationOptions {
  if (configuration.OAUTH_INTROSPECTION === 'off') {
    return { jwksUri: configuration.OAUTH_JWKS_URI };
  }
  return {
    introspection: {
      endpoint: configuration.OAUTH_INTROSPECTION_ENDPOINT,
      clientId: configuration.OAUTH_CLIENT_ID,
      clientSecret: secretSource('OAUTH_CLIENT_SECRET', process.env),
      cacheSeconds: configuration.OAUTH_INTROSPECTION_CACHE_SECONDS,
    },
  };
}
