import { ClientAssertions } from './client-assertion.js';
import type { ClientRegistration } from './client-registration.js';

/** The parts of a token request that authenticate the client. */
export interface ClientAuthentication {
  readonly headers: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/**
 * Makes a function that authenticates the client by its method, anew for each request.
 *
 * @param now milliseconds since the epoch.
 */
export function clientAuthenticator(
  registration: ClientRegistration,
  now: () => number,
): () => Promise<ClientAuthentication> {
  const { clientId, issuer } = registration;
  if (registration.authMethod === 'private_key_jwt') {
    const { privateKey, assertionAudience = issuer } = registration;
    const assertions = new ClientAssertions(clientId, assertionAudience, privateKey, now);
    return async () => byAssertion(clientId, await assertions.next());
  }
  const { authMethod, clientSecret } = registration;
  const bySecret = authMethod === 'client_secret_post' ? bySecretInBody : bySecretInHeader;
  return async () => bySecret(clientId, await clientSecret());
}

// RFC 7521 4.2: the client_id may be left out, but there are servers that look for it.
function byAssertion(clientId: string, assertion: string): ClientAuthentication {
  return {
    headers: {},
    parameters: {
      client_id: clientId,
      client_assertion_type: ASSERTION_TYPE,
      client_assertion: assertion,
    },
  };
}

function bySecretInBody(clientId: string, clientSecret: string): ClientAuthentication {
  return { headers: {}, parameters: { client_id: clientId, client_secret: clientSecret } };
}

// RFC 6749 2.3.1: both are form-encoded before they are joined by the colon.
function bySecretInHeader(clientId: string, clientSecret: string): ClientAuthentication {
  const credentials = `${formEncode(clientId)}:${formEncode(clientSecret)}`;
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return { headers: { authorization }, parameters: {} };
}

function formEncode(value: string): string {
  return new URLSearchParams({ '': value }).toString().slice(1);
}
