import { describe, expect, it } from 'vitest';
import { CLIENT_ASSERTION_TYPE } from '../client-authentication/client-assertion.js';
import { presentedCredentials } from '../client-authentication/presented-credentials.js';
import type { RegisteredClient } from '../clients/registered-client.js';
import { decideGrant } from '../token/grant-decision.js';
import { requestedScopes } from '../token/requested-scopes.js';
import { FormParameters } from './form-parameters.js';
import {
  invalidClient,
  OAuthError,
  notAResourceServer,
  unauthorizedClient,
  unsupportedGrantType,
} from './oauth-error.js';

/** RFC 6749 5.2: neither quotes nor backslashes, line breaks or anything beyond ASCII. */
const DESCRIPTION = /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/;
/** Input that would break the rule if any of it came back. */
const BAD = '"\\\n\u00e9';

const ASSERTION = `client_assertion_type=${encodeURIComponent(CLIENT_ASSERTION_TYPE)}`;
const FORM_TYPE = 'application/x-www-form-urlencoded';
const NOTHING_ASKED = { scopes: undefined, resources: [] };

const client: RegisteredClient = {
  clientId: 'c',
  authMethod: 'client_secret_basic',
  grantTypes: ['client_credentials'],
  disabled: false,
  secrets: [],
  jwks: undefined,
  jwksUri: undefined,
  resourceServers: [],
  accessTokenLifetime: undefined,
  tokensValidFrom: 0,
  scopes: [
    { name: 'a', resource: 'https://a.example' },
    { name: 'b', resource: 'https://b.example' },
  ],
};

const refusals: [string, () => unknown][] = [
  ['a failed authentication', () => raise(invalidClient())],
  ['a client without the grant', () => raise(unauthorizedClient())],
  ['a client of no resource server', () => raise(notAResourceServer())],
  ['an unknown grant type', () => raise(unsupportedGrantType())],
  ['another media type', () => FormParameters.parse(Buffer.from(BAD), BAD)],
  ['a repeated parameter', () => form(`${encodeURIComponent(BAD)}&${encodeURIComponent(BAD)}`)],
  ['broken percent-encoding', () => form(`a=%${BAD}`)],
  ['bytes that are not UTF-8', () => FormParameters.parse(Buffer.from([0xff]), FORM_TYPE)],
  ['a control character', () => form(`a=%00${encodeURIComponent(BAD)}`)],
  ['two ways to authenticate', () => presentedCredentials(['Basic YTpi'], form('client_secret=a'))],
  ['another client', () => presentedCredentials(['Basic YTpi'], form(`client_id=%22%5c%0a`))],
  ['an assertion without its type', () => presentedCredentials([], form('client_assertion=a'))],
  ['a type without its assertion', () => presentedCredentials([], form('client_assertion_type=a'))],
  [
    'no JWT for an assertion',
    () => presentedCredentials([], form(`${ASSERTION}&client_assertion=a`)),
  ],
  ['no credentials', () => presentedCredentials(undefined, form(''))],
  ['a malformed scope', () => requestedScopes(BAD)],
  ['a scope that is not held', () => decide([BAD], [])],
  ['a scope of another resource', () => decide(['a'], ['https://b.example'])],
  ['an unknown resource', () => decide(undefined, [BAD])],
  ['two resources', () => decide(undefined, [BAD, BAD])],
  ['scopes of two resources', () => decide(['a', 'b'], [])],
  ['a client without scopes', () => decideGrant({ ...client, scopes: [] }, NOTHING_ASKED)],
];

describe('OAuthError', () => {
  it.each(refusals)('describes %s with the characters that are allowed (T14)', (_kind, refuse) => {
    let caught: unknown;
    try {
      refuse();
    } catch (error) {
      caught = error;
    }

    if (!(caught instanceof OAuthError)) throw new Error('was not refused', { cause: caught });
    expect(caught.description).toMatch(DESCRIPTION);
    expect(caught.getStatus()).toBe(caught.code === 'invalid_client' ? 401 : 400);
    expect('www-authenticate' in caught.headers).toBe(caught.code === 'invalid_client');
  });
});

function raise(error: Error): never {
  throw error;
}

function form(body: string): FormParameters {
  return FormParameters.parse(Buffer.from(body), FORM_TYPE);
}

function decide(scopes: string[] | undefined, resources: string[]): unknown {
  return decideGrant(client, { scopes, resources });
}
