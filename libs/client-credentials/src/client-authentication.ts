import type { ClientRegistration } from './client-registration.js';

/** The parts of a token request that authenticate the client. */
export interface ClientAuthentication {
  readonly headers: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Authenticates a client by its secret, in the header or in the body (RFC 6749 2.3.1). */
export async function authenticateClient(
  registration: ClientRegistration,
): Promise<ClientAuthentication> {
  const { clientId, authMethod } = registration;
  const clientSecret = await registration.clientSecret();
  if (authMethod === 'client_secret_post') {
    return { headers: {}, parameters: { client_id: clientId, client_secret: clientSecret } };
  }
  // RFC 6749 2.3.1: both are form-encoded before they are joined by the colon.
  const credentials = `${formEncode(clientId)}:${formEncode(clientSecret)}`;
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  return { headers: { authorization }, parameters: {} };
}

function formEncode(value: string): string {
  return new URLSearchParams({ '': value }).toString().slice(1);
}
