import { assertionClaims, signAssertion, withAssertion } from './client-assertions.js';
import { readCredentials } from './credentials.js';
import { members, send, type Answer } from './http.js';
import { basic, form, type Parameters } from './oauth.js';
import { system } from './system.js';

export const INTROSPECT = '/oauth2/introspect';
export const REVOKE = '/oauth2/revoke';
export const REVOCATIONS = '/oauth2/revocations';
export const SIGNED_RESPONSE = 'application/token-introspection+jwt';

export interface FormPost {
  readonly headers?: Readonly<Record<string, string>>;
  /** Which auth-server is asked, if not the system's own. */
  readonly at?: string;
}

/** Posts a form to an OAuth endpoint, authenticated by nothing but what is given. */
export function postForm(
  path: string,
  parameters: Parameters,
  { headers = {}, at = system.authServer }: FormPost = {},
): Promise<Answer> {
  return send(`${at}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: form(parameters),
  });
}

/** Posts a form as a client, authenticated by the method that its identifier tells. */
export async function postAs(
  clientId: string,
  path: string,
  parameters: Parameters,
  { headers, ...post }: FormPost = {},
): Promise<Answer> {
  const credentials = await readCredentials(clientId);
  if ('private_key' in credentials) {
    const assertion = await signAssertion(credentials.private_key, assertionClaims(clientId));
    return postForm(path, { ...parameters, ...withAssertion(assertion) }, { headers, ...post });
  }
  if (clientId === 'e2e-post') {
    return postForm(path, { ...parameters, ...credentials }, { headers, ...post });
  }
  const authorization = basic(credentials);
  return postForm(path, parameters, { headers: { ...headers, authorization }, ...post });
}

/** The introspection endpoint's answer to a client about a token. */
export const introspect = (clientId: string, token: string, post?: FormPost) =>
  postAs(clientId, INTROSPECT, { token }, post);

/** The revocation endpoint's answer to a client about a token. */
export const revoke = (clientId: string, token: string, post?: FormPost) =>
  postAs(clientId, REVOKE, { token }, post);

/** Whether an introspection response calls the token active. */
export const isActive = (answer: Answer) => members(answer)['active'];
