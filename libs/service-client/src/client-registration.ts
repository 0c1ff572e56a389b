import { secretFrom, type ClientRegistration } from '@m2m/client-credentials';
import type { ClientConfiguration } from './client.configuration.js';

/** The API that a service calls. */
export interface CalledApi {
  readonly url: string;
  /** Its resource identifier, where that is not its URL. */
  readonly audience?: string | undefined;
}

/** How a service is registered with its issuer, and what it asks for. */
export function clientRegistration(
  configuration: ClientConfiguration,
  { url, audience = url }: CalledApi,
): ClientRegistration {
  return {
    apiUrl: url,
    issuer: configuration.OAUTH_ISSUER,
    tokenEndpoint: configuration.OAUTH_TOKEN_ENDPOINT,
    clientId: configuration.OAUTH_CLIENT_ID,
    scopes: configuration.OAUTH_SCOPE,
    ...audienceOf(configuration, audience),
    ...credentialsOf(configuration),
  };
}

function audienceOf(configuration: ClientConfiguration, audience: string) {
  switch (configuration.OAUTH_AUDIENCE_PARAMETER) {
    case 'resource':
      return { resource: audience };
    case 'audience':
      return { parameters: { audience } };
    case 'none':
      return {};
  }
}

function credentialsOf(configuration: ClientConfiguration) {
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
