import { secretFrom, type ClientRegistration } from '@m2m/client-credentials';
import type { BillingWorkerConfiguration } from './configuration.js';

/** The name of the worker's registration, by which its tokens and its HTTP client are injected. */
export const BILLING = 'billing';

/** How the worker is registered with its issuer, and what it asks for. */
export function billingRegistration(configuration: BillingWorkerConfiguration): ClientRegistration {
  return {
    apiUrl: configuration.ORDERS_API_URL,
    issuer: configuration.OAUTH_ISSUER,
    tokenEndpoint: configuration.OAUTH_TOKEN_ENDPOINT,
    clientId: configuration.OAUTH_CLIENT_ID,
    scopes: configuration.OAUTH_SCOPE,
    ...audienceOf(configuration),
    ...credentialsOf(configuration),
  };
}

function audienceOf(configuration: BillingWorkerConfiguration) {
  const audience = configuration.ORDERS_API_AUDIENCE ?? configuration.ORDERS_API_URL;
  switch (configuration.OAUTH_AUDIENCE_PARAMETER) {
    case 'resource':
      return { resource: audience };
    case 'audience':
      return { parameters: { audience } };
    case 'none':
      return {};
  }
}

function credentialsOf(configuration: BillingWorkerConfiguration) {
  const authMethod = configuration.OAUTH_CLIENT_AUTH_METHOD;
  if (authMethod !== 'private_key_jwt') {
    return { authMethod, clientSecret: secretFrom('OAUTH_CLIENT_SECRET') };
  }
  return {
    authMethod,
    privateKey: secretFrom('OAUTH_CLIENT_PRIVATE_KEY'),
    assertionAudience: configuration.OAUTH_CLIENT_ASSERTION_AUDIENCE,
  };
}
