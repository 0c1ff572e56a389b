import Provider from 'oidc-provider';
import { announceListening, settings } from './settings.mjs';

// panva's oidc-provider as its documentation has it for client credentials with JWT access tokens: the grant
// and resource indicators switched on, what is for people switched off, clients and keys given. It compares
// secrets as plain text and stores nothing for a JWT; its adapter in memory keeps the used assertions.
const provider = new Provider(settings.issuer, {
  clients: [
    {
      ...clientOf(settings.clientId, settings.clientAuthMethod),
      ...(settings.clientAuthMethod === 'private_key_jwt'
        ? { jwks: { keys: [settings.clientPublicKey] } }
        : { client_secret: settings.clientSecret }),
    },
  ],
  clientAuthMethods: [settings.clientAuthMethod],
  jwks: { keys: [settings.privateKey] },
  scopes: settings.scope.split(' '),
  routes: { token: '/oauth2/token' },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        audience: settings.audience,
        scope: settings.scope,
        accessTokenFormat: 'jwt',
        accessTokenTTL: settings.lifetimeSeconds,
        jwt: { sign: { alg: 'ES256', kid: settings.privateKey.kid } },
      }),
    },
  },
  ttl: { ClientCredentials: settings.lifetimeSeconds },
});

function clientOf(client_id, token_endpoint_auth_method) {
  return {
    client_id,
    token_endpoint_auth_method,
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    id_token_signed_response_alg: 'ES256',
    scope: settings.scope,
  };
}

provider.listen(settings.port, '127.0.0.1', announceListening);
