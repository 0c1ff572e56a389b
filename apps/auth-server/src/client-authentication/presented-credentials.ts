import { decodeFormText, type FormParameters } from '../oauth/form-parameters.js';
import { invalidClient, invalidRequest } from '../oauth/oauth-error.js';
import type { ClientAuthMethod } from '../clients/registered-client.js';

/** What a request brings along to authenticate its client, not yet checked. */
export interface PresentedCredentials {
  readonly method: ClientAuthMethod;
  readonly clientId: string;
  readonly clientSecret: string;
}

/**
 * Finds the credentials of a request to an OAuth endpoint (RFC 6749 2.3.1). Those in the query of the URL
 * are not looked at: they would end up in logs.
 *
 * @throws OAuthError `invalid_request` if there is more than one kind (RFC 6749 2.3) or if the body names
 *   another client; `invalid_client` if there are none.
 */
export function presentedCredentials(
  authorizationHeaders: readonly string[] | undefined,
  parameters: FormParameters,
): PresentedCredentials {
  const clientId = parameters.get('client_id');
  const clientSecret = parameters.get('client_secret');
  const [authorization, ...others] = authorizationHeaders ?? [];
  if (authorization !== undefined) {
    if (others.length > 0) throw severalMethods();
    if (clientSecret !== undefined || hasAssertion(parameters)) throw severalMethods();
    const credentials = basicCredentials(authorization);
    if (clientId !== undefined && clientId !== credentials.clientId) {
      throw invalidRequest('client_id names another client than the one that authenticates');
    }
    return credentials;
  }
  if (clientSecret !== undefined && hasAssertion(parameters)) throw severalMethods();
  if (clientId === undefined || clientSecret === undefined) throw invalidClient();
  return { method: 'client_secret_post', clientId, clientSecret };
}

function hasAssertion(parameters: FormParameters): boolean {
  return (
    parameters.get('client_assertion') !== undefined ||
    parameters.get('client_assertion_type') !== undefined
  );
}

const severalMethods = () => invalidRequest('The client authenticates by more than one method');

const BASIC = /^basic +([A-Za-z0-9+/]+=*)$/i;

/** RFC 7617 2, with both parts form-encoded before they were joined (RFC 6749 2.3.1). */
function basicCredentials(authorization: string): PresentedCredentials {
  const encoded = BASIC.exec(authorization)?.[1];
  if (encoded === undefined) throw invalidClient();
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 0) throw invalidClient();
  try {
    return {
      method: 'client_secret_basic',
      clientId: decodeFormText(pair.slice(0, colon)),
      clientSecret: decodeFormText(pair.slice(colon + 1)),
    };
  } catch {
    throw invalidClient();
  }
}
