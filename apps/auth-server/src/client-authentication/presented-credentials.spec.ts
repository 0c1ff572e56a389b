import { describe, expect, it } from 'vitest';
import { FormParameters } from '../oauth/form-parameters.js';
import { OAuthError } from '../oauth/oauth-error.js';
import { CLIENT_ASSERTION_TYPE } from './client-assertion.js';
import { presentedCredentials } from './presented-credentials.js';

describe('presentedCredentials', () => {
  it.each([
    ['worker', 'cs_secret'],
    ['a:b', 'c:d:e'],
    ['100%', '%41'],
    ['a+b', 'c+d'],
    ['a b', ' c '],
    ['café', 'sécret😀'],
  ])('reads the id %s and its secret from a Basic header (A02)', (clientId, clientSecret) => {
    const expected = { method: 'client_secret_basic', clientId, clientSecret };

    expect(presentedCredentials([basic(clientId, clientSecret)], form({}))).toEqual(expected);
  });

  it('reads blanks that are encoded as %20, and a lower-case scheme', () => {
    const header = `basic ${btoa('a%20b:c%20d')}`;

    expect(presentedCredentials([header], form({}))).toMatchObject({
      clientId: 'a b',
      clientSecret: 'c d',
    });
  });

  it('reads credentials from the body (A01)', () => {
    const parameters = form({ client_id: 'worker', client_secret: 'a+b c' });

    expect(presentedCredentials(undefined, parameters)).toEqual({
      method: 'client_secret_post',
      clientId: 'worker',
      clientSecret: 'a+b c',
    });
  });

  it('reads an assertion, and its client from what it says of itself', () => {
    const jwt = jwtOf({ iss: 'worker', sub: 'worker' });
    const expected = {
      method: 'private_key_jwt',
      clientId: 'worker',
      assertion: {
        jwt,
        clientId: 'worker',
        header: { alg: 'ES256' },
        claims: { iss: 'worker', sub: 'worker' },
      },
    };

    expect(presentedCredentials(undefined, form(asserting(jwt)))).toEqual(expected);
    const named = form({ ...asserting(jwt), client_id: 'worker' });
    expect(presentedCredentials(undefined, named)).toEqual(expected);
    const withoutSub = form(asserting(jwtOf({ iss: 'worker' })));
    expect(presentedCredentials(undefined, withoutSub)).toMatchObject({ clientId: 'worker' });
  });

  it.each<[string, Record<string, string>]>([
    ['no assertion', { client_assertion_type: CLIENT_ASSERTION_TYPE }],
    ['no type', { client_assertion: jwtOf({ sub: 'worker' }) }],
    [
      'the type of SAML',
      {
        ...asserting(jwtOf({ sub: 'worker' })),
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
      },
    ],
    ['a client_id of another client (A08)', { ...asserting(jwtOf({ sub: 'a' })), client_id: 'b' }],
  ])('refuses a request with %s (P02)', (_kind, parameters) => {
    expect(refusalOf(undefined, parameters)).toBe('invalid_request');
  });

  it.each([
    ['nothing of a JWT', 'x'],
    ['no JSON', 'a.b.c'],
    ['a list for claims', `${encode({ alg: 'ES256' })}.${encode([])}.c`],
    ['a header that is no JSON', `x.${encode({ sub: 'worker' })}.c`],
    ['five parts', 'a.b.c.d.e'],
    ['no client', jwtOf({})],
    ['a client that is no text', jwtOf({ sub: 7 })],
    ['a client that no database takes', jwtOf({ sub: 'a\0' })],
    ['an empty client', jwtOf({ sub: '' })],
  ])('refuses an assertion with %s (P02)', (_kind, jwt) => {
    expect(refusalOf(undefined, asserting(jwt))).toBe('invalid_client');
  });

  it.each([
    ['nothing after the scheme', 'Basic'],
    ['no base64', 'Basic §§§'],
    ['no colon', `Basic ${btoa('worker')}`],
    ['broken percent-encoding', `Basic ${btoa('worker:%zz')}`],
    ['percent-encoding that is not UTF-8', `Basic ${btoa('worker:%e9')}`],
    ['a NUL', `Basic ${btoa('worker%00:secret')}`],
    ['two headers in one', `${basic('worker', 'a')}, ${basic('worker', 'b')}`],
    ['another scheme', 'Bearer abc'],
    ['nothing at all', ''],
  ])('refuses a header with %s', (_kind, header) => {
    expect(refusalOf(header, {})).toBe('invalid_client');
  });

  it.each<Record<string, string>>([{}, { client_id: 'worker' }, { client_secret: 'secret' }])(
    'refuses a body without credentials: %j (A04)',
    (parameters) => {
      expect(refusalOf(undefined, parameters)).toBe('invalid_client');
    },
  );

  it('does not fall back to the body when the header is no good', () => {
    expect(refusalOf('Bearer abc', { client_id: 'worker', client_secret: 'secret' })).toBe(
      'invalid_request',
    );
  });

  it.each([
    ['two headers', [basic('worker', 'a'), basic('worker', 'a')], {}],
    ['a header and a secret', basic('worker', 'a'), { client_id: 'worker', client_secret: 'a' }],
    ['a header and an assertion', basic('worker', 'a'), { client_assertion: 'a.b.c' }],
    ['a header and the type of an assertion', basic('worker', 'a'), { client_assertion_type: 'a' }],
    [
      'a secret and an assertion',
      undefined,
      { client_id: 'worker', client_secret: 'a', client_assertion: 'a.b.c' },
    ],
  ])('refuses two methods at once: %s (A07)', (_kind, header, parameters) => {
    expect(refusalOf(header, parameters)).toBe('invalid_request');
  });

  it('refuses a client_id of another client than the one that authenticates (A08)', () => {
    expect(refusalOf(basic('worker', 'a'), { client_id: 'operator' })).toBe('invalid_request');
    expect(refusalOf(basic('worker', 'a'), { client_id: 'worker' })).toBeUndefined();
  });
});

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function jwtOf(claims: object): string {
  return `${encode({ alg: 'ES256' })}.${encode(claims)}.signature`;
}

function asserting(jwt: string): Record<string, string> {
  return { client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion: jwt };
}

function basic(clientId: string, clientSecret: string): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${btoa(`${encode(clientId)}:${encode(clientSecret)}`)}`;
}

function form(parameters: Record<string, string>): FormParameters {
  const body = Buffer.from(new URLSearchParams(parameters).toString());
  return FormParameters.parse(body, 'application/x-www-form-urlencoded');
}

function refusalOf(
  header: string | string[] | undefined,
  parameters: Record<string, string>,
): string | undefined {
  try {
    presentedCredentials([header ?? []].flat(), form(parameters));
    return undefined;
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    return error.code;
  }
}
