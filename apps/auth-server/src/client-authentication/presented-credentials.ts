import { decodeFormText, type FormParameters } from '../oauth/form-parameters.js';
import { invalidClient, invalidRequest } from '../oauth/oauth-error.js';
import {
  CLIENT_ASSERTION_TYPE,
  decodeClientAssertion,
  type ClientAssertion,
} from './client-assertion.js';

/** A secret, by HTTP Basic or in the body (RFC 6749 2.3.1), not yet checked. */
export interface PresentedSecret {
  readonly method: 'client_secret_basic' | 'client_secret_post';
  readonly clientId: string;
  readonly clientSecret: string;
}

/** An assertion (RFC 7523 2.2), not yet checked. */
export interface PresentedAssertion {
  readonly method: 'private_key_jwt';
  /** Who it says has made it. */
  readonly clientId: string;
  readonly assertion: ClientAssertion;
}

/** What a request brings along to authenticate its client. */
export type PresentedCredentials = PresentedSecret | PresentedAssertion;

/**
 * Finds the credentials of a request to an OAuth endpoint (RFC 6749 2.3). Those in the query of the URL
 * are not looked at: they would end up in logs.
 *
 * @throws OAuthError `invalid_request` if there is more than one kind (RFC 6749 2.3) or if the body names
 *   another client (RFC 7521 4.2); `invalid_client` if there are none.
 */
export function presentedCredentials(
  authorizationHeaders: readonly string[] | undefined,
  parameters: FormParameters,
): PresentedCredentials {
  const [authorization, ...others] = authorizationHeaders ?? [];
  const clientSecret = parameters.get('client_secret');
  const assertion = parameters.get('client_assertion');
  const assertionType = parameters.get('client_assertion_type');
  const methods = [authorization, clientSecret, assertion ?? assertionType];
  if (others.length > 0 || methods.filter((given) => given !== undefined).length > 1) {
    throw invalidRequest('The client authenticates by more than one method');
  }
  const clientId = parameters.get('client_id');
  if (authorization !== undefined) return sameClient(clientId, basicCredentials(authorization));
  if (assertion !== undefined || assertionType !== undefined) {
    return sameClient(clientId, assertionCredentials(assertion, assertionType));
  }
  if (clientId === undefined || clientSecret === undefined) throw invalidClient();
  return { method: 'client_secret_post', clientId, clientSecret };
}

/** The `client_id` of a request may be left out, but not name another client (RFC 7521 4.2). */
function sameClient<Credentials extends PresentedCredentials>(
  clientId: string | undefined,
  credentials: Credentials,
): Credentials {
  if (clientId !== undefined && clientId !== credentials.clientId) {
    throw invalidRequest('client_id names another client than the one that authenticates');
  }
  return credentials;
}

/** RFC 7523 2.2. */
function assertionCredentials(
  jwt: string | undefined,
  assertionType: string | undefined,
): PresentedAssertion {
  if (jwt === undefined) throw invalidRequest('client_assertion is missing');
  if (assertionType !== CLIENT_ASSERTION_TYPE) {
    throw invalidRequest(`client_assertion_type is not ${CLIENT_ASSERTION_TYPE}`);
  }
  const assertion = decodeClientAssertion(jwt);
  if (!assertion) throw invalidClient();
  return { method: 'private_key_jwt', clientId: assertion.clientId, assertion };
}

const BASIC = /^basic +([A-Za-z0-9+/]+=*)$/i;

/** RFC 7617 2, with both parts form-encoded before they were joined (RFC 6749 2.3.1). */
function basicCredentials(authorization: string): PresentedSecret {
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
