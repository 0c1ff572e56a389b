import { appendFileSync } from 'node:fs';
import { expect } from 'vitest';
import { assertionClaims, signAssertion, withAssertion } from './client-assertions.js';
import { readCredentials, type Credentials } from './credentials.js';
import { members, send, type Answer, shown } from './http.js';
import { system } from './system.js';

export { credentialsOf, type Credentials } from './credentials.js';

export type Parameters = Readonly<Record<string, string | readonly string[]>>;

export const GRANT = { grant_type: 'client_credentials' } as const;
export const TOKEN_ENDPOINT = `${system.authServer}/oauth2/token`;
const FORM = 'application/x-www-form-urlencoded';

/** The clients that send their secret in the body; all others that have one do by HTTP Basic. */
const POSTING_CLIENTS = new Set(['e2e-post']);

/** RFC 6749 2.3.1: both parts are form-encoded before they are joined. */
export function basic({ client_id, client_secret }: Credentials): string {
  const pair = `${formEncode(client_id)}:${formEncode(client_secret)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function formEncode(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

/** Form-encodes parameters; one with several values is repeated. */
export function form(parameters: Parameters): string {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    [value].flat().map((single): [string, string] => [name, single]),
  );
  return new URLSearchParams(pairs).toString();
}

/** Posts a form to a token endpoint, authenticated by nothing but what is given. */
export async function postToken(
  body: Parameters | string | Buffer,
  headers: Readonly<Record<string, string>> = {},
  authServer = system.authServer,
): Promise<Answer> {
  const answer = await send(`${authServer}/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': FORM, ...headers },
    body:
      typeof body === 'string' ? body : Buffer.isBuffer(body) ? new Uint8Array(body) : form(body),
  });
  noteToken(answer);
  return answer;
}

/** Asks for a token as a client, authenticated by the method it is registered for. */
export async function requestToken(clientId: string, parameters: Parameters = {}): Promise<Answer> {
  const credentials = await readCredentials(clientId);
  if ('private_key' in credentials) {
    const assertion = await signAssertion(credentials.private_key, assertionClaims(clientId));
    return postToken({ ...GRANT, ...parameters, ...withAssertion(assertion) });
  }
  return POSTING_CLIENTS.has(clientId)
    ? postToken({ ...GRANT, ...parameters, ...credentials })
    : postToken({ ...GRANT, ...parameters }, { authorization: basic(credentials) });
}

/** A client's access token with all of its scopes, or with the ones given. */
export async function accessTokenFor(
  clientId: string,
  parameters: Parameters = {},
): Promise<string> {
  const answer = await requestToken(clientId, parameters);
  expect(answer.status, shown(answer)).toBe(200);
  return String(members(answer)['access_token']);
}

/** Expects an error answer in the form of RFC 6749 5.2. */
export function expectOAuthError(answer: Answer, status: number, error: string): void {
  expect({ status: answer.status, error: members(answer)['error'] }, shown(answer)).toEqual({
    status,
    error,
  });
  expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
  expect(answer.headers.get('cache-control')).toBe('no-store');
}

function noteToken(answer: Answer): void {
  if (answer.status === 200) noteSecret(String(members(answer)['access_token']));
}

/** Keeps a token or secret that a test was given for the search through the logs. */
export function noteSecret(secret: string): void {
  if (system.own) appendFileSync(system.own.tokensFile, `${secret}\n`, { mode: 0o600 });
}
