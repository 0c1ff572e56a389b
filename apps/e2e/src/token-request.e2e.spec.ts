import { describe, expect, it } from 'vitest';
import { members, sendBytes, sendPlain, type Answer, shown } from './support/http.js';
import { aString, textLike } from './support/matchers.js';
import {
  basic,
  credentialsOf,
  expectOAuthError,
  form,
  GRANT,
  postToken,
  requestToken,
  TOKEN_ENDPOINT,
} from './support/oauth.js';

const FORM: readonly [string, string] = ['Content-Type', 'application/x-www-form-urlencoded'];

const authorization = async () => basic(await credentialsOf('e2e-basic'));

function expectNoToken(answer: Answer): void {
  expect(answer.text).not.toContain('access_token');
  expect(answer.text).not.toContain('eyJ');
}

describe('token request and response', () => {
  it('T01 answers a form with good credentials by an access token', async () => {
    const answer = await requestToken('e2e-basic');

    expect(answer.status).toBe(200);
    expect(members(answer)).toEqual({
      access_token: textLike(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'Bearer',
      expires_in: 300,
      scope: aString,
    });
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE'])(
    'T02 refuses %s with 405 and names POST',
    async (method) => {
      const headers = [['Authorization', await authorization()], FORM] as const;
      const body = method === 'PUT' || method === 'PATCH' ? form(GRANT) : undefined;

      const answer = await sendPlain(`${TOKEN_ENDPOINT}?${form(GRANT)}`, {
        method,
        headers,
        ...(body !== undefined && { body }),
      });

      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toBe('POST');
      expectNoToken(answer);
    },
  );

  it.each([
    ['application/json', JSON.stringify(GRANT)],
    [
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\nclient_credentials\r\n--b--\r\n',
    ],
    ['text/plain', form(GRANT)],
  ])('T03 refuses a body of type %s', async (type, body) => {
    const answer = await postToken(body, {
      'content-type': type,
      authorization: await authorization(),
    });

    expectOAuthError(answer, 400, 'invalid_request');
  });

  it.each([
    ['missing', {}],
    ['empty', { grant_type: '' }],
  ])('T04 refuses a %s grant_type as invalid_request', async (_what, parameters) => {
    const answer = await postToken(parameters, { authorization: await authorization() });

    expectOAuthError(answer, 400, 'invalid_request');
  });

  it.each([
    'password',
    'authorization_code',
    'refresh_token',
    'urn:example:none',
    'Client_Credentials',
  ])('T05 refuses the grant type %s as unsupported_grant_type', async (grantType) => {
    const answer = await requestToken('e2e-basic', {
      grant_type: grantType,
      username: 'someone',
      password: 'something',
    });

    expectOAuthError(answer, 400, 'unsupported_grant_type');
  });

  it.each(['grant_type', 'scope', 'client_id', 'client_secret'])(
    'T06 refuses %s given twice, even with equal values',
    async (name) => {
      const good = { ...GRANT, scope: 'orders:read', ...(await credentialsOf('e2e-post')) };
      const value = Object.entries(good).find(([key]) => key === name)?.[1] ?? '';
      expect((await postToken(good)).status).toBe(200);

      const answer = await postToken({ ...good, [name]: [value, value] });

      expectOAuthError(answer, 400, 'invalid_request');
    },
  );

  it('T06 refuses client_assertion given twice, even with equal values', async () => {
    const assertion = {
      ...GRANT,
      client_id: 'e2e-basic',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    };
    const once = await postToken({ ...assertion, client_assertion: 'x.y.z' });
    const twice = await postToken({ ...assertion, client_assertion: ['x.y.z', 'x.y.z'] });

    expectOAuthError(once, 401, 'invalid_client');
    expectOAuthError(twice, 400, 'invalid_request');
  });

  it('T07 ignores parameters it does not know', async () => {
    const answer = await requestToken('e2e-basic', { unheard_of: 'yes', audience: 'elsewhere' });

    expect(answer.status, shown(answer)).toBe(200);
  });

  it('T09 refuses a client without this grant as unauthorized_client', async () => {
    expectOAuthError(await requestToken('e2e-no-grant'), 400, 'unauthorized_client');
  });

  it('T10 takes no credentials from the query', async () => {
    const credentials = await credentialsOf('e2e-post');

    const answer = await sendPlain(`${TOKEN_ENDPOINT}?${form({ ...GRANT, ...credentials })}`, {
      method: 'POST',
      headers: [FORM],
      body: form(GRANT),
    });

    expectOAuthError(answer, 401, 'invalid_client');
  });

  it('T11 gives neither a refresh token nor an ID token', async () => {
    const answer = await requestToken('e2e-basic', { scope: 'orders:read' });

    expect(answer.status).toBe(200);
    expect(Object.keys(members(answer)).sort()).toEqual([
      'access_token',
      'expires_in',
      'scope',
      'token_type',
    ]);
  });

  it('T12 forbids to store any answer', async () => {
    const answers = await Promise.all([
      requestToken('e2e-basic'),
      requestToken('e2e-basic', { scope: 'nothing:such' }),
      requestToken('e2e-basic', { resource: 'https://elsewhere.example' }),
      postToken(GRANT),
      postToken({}),
      postToken('a=%', {}),
      sendPlain(TOKEN_ENDPOINT, { method: 'GET' }),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([200, 400, 400, 401, 400, 400, 405]);
    for (const { headers } of answers) expect(headers.get('cache-control')).toBe('no-store');
    // RFC 6749 5.1: for caches that know no Cache-Control.
    expect(answers[0].headers.get('pragma')).toBe('no-cache');
  });

  it('T13 answers JSON, with the lifetime of the token as a number of seconds', async () => {
    const answer = await requestToken('e2e-basic');
    const { access_token: token, expires_in: lifetime } = members(answer);
    const [, payload = ''] = String(token).split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
      exp: number;
      iat: number;
    };

    expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
    expect(lifetime).toBe(300);
    expect(claims.exp - claims.iat).toBe(lifetime);
  });

  it.each([
    ['an unknown grant', { grant_type: 'a"b\\c\nd é€' }],
    ['a malformed scope', { scope: 'a"b\\c é' }],
    ['an unknown resource', { resource: 'no"url\\é' }],
    ['no grant', { grant_type: '' }],
  ])('T14 describes %s in permitted characters', async (_what, parameters) => {
    const answer = await requestToken('e2e-basic', parameters);
    const error = members(answer);

    expect(answer.status).toBe(400);
    expect(error['error']).toMatch(/^[a-z_]+$/);
    expect(error['error_description']).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
    expect(answer.text).not.toMatch(/é|a"b|€/);
  });

  it.each([
    ['a body of a megabyte', `grant_type=client_credentials&x=${'a'.repeat(1_048_576)}`],
    ['broken percent-encoding', 'grant_type=client_credentials&scope=%zz'],
    ['half a percent-encoding', 'grant_type=client_credentials&scope=%E0%A4%A'],
    ['NUL', 'grant_type=client_credentials&scope=orders%00read'],
    ['a NUL byte as it is', 'grant_type=client_credentials\0'],
    ['invalid UTF-8', Buffer.concat([Buffer.from('grant_type='), Buffer.from([0xff, 0xfe])])],
    ['percent-encoded invalid UTF-8', 'grant_type=client_credentials&scope=%ff%fe'],
    ['a thousand parameters and no grant', 'p=1&'.repeat(1_000)],
  ])('T15 refuses %s at once', async (_what, body) => {
    const started = performance.now();

    const answer = await postToken(body, { authorization: await authorization() });

    expect(performance.now() - started).toBeLessThan(1_000);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(members(answer)['error']).toBe('invalid_request');
    expect((await requestToken('e2e-basic')).status).toBe(200);
  });

  it.each(['\rat_', '\ncs_', '\r', '\teyJ'])(
    'T15 refuses a client whose identifier begins with %j, like any that nobody knows',
    async (beginning) => {
      const credentials = { client_id: beginning + 'A'.repeat(24), client_secret: 'any' };

      expectOAuthError(await postToken({ ...GRANT, ...credentials }), 401, 'invalid_client');
    },
  );

  it('T15 refuses a request that is no HTTP', async () => {
    const answer = await sendBytes(TOKEN_ENDPOINT, 'POST /oauth2/token\0 HTTP/9.9\r\n\r\n');

    expect(answer.status).toBe(400);
    expect((await requestToken('e2e-basic')).status).toBe(200);
  });
});
