import { exportJWK, generateKeyPair, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdminServer } from '../fixtures/admin-server.ts';
import type { ClientCredentials } from '../../local-system/client-credentials.ts';
import { accessToken } from './access-token.ts';

const ops = { client_id: 'o:ps', client_secret: 's 1%' };

describe('accessToken', () => {
  let server: AdminServer;

  beforeEach(async () => {
    server = await AdminServer.start();
  });

  afterEach(() => server.stop());

  const request = (credentials: ClientCredentials = ops) =>
    accessToken(new URL(server.url), credentials, 'clients:read');
  const failureOf = (credentials?: ClientCredentials): Promise<unknown> =>
    request(credentials).then(
      () => undefined,
      (error: unknown) => error,
    );

  it('asks for one scope at one resource, the issuer (B10)', async () => {
    const { token } = await request();
    expect(token).toBe('at1');
    const [{ form, headers } = expect.fail('no token request')] = server.tokenRequests;
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'client_credentials',
      scope: 'clients:read',
      resource: server.url,
    });
    const basic = Buffer.from('o%3Aps:s+1%25').toString('base64');
    expect(headers.authorization).toBe(`Basic ${basic}`);
  });

  it.each(['ES256', 'PS256', 'EdDSA'])('authenticates by a private key for %s', async (alg) => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = { ...(await exportJWK(privateKey)), kid: 'k1' };
    await request({ client_id: 'ops', private_key: jwk });
    const assertion = server.tokenRequests[0]?.form.get('client_assertion') ?? '';
    const { payload, protectedHeader } = await jwtVerify(assertion, publicKey);
    expect(payload).toMatchObject({ iss: 'ops', sub: 'ops', aud: server.url });
    expect(protectedHeader.kid).toBe('k1');
  });

  it('refuses credentials that authenticate by nothing, or by a public key', async () => {
    const { publicKey } = await generateKeyPair('ES256', { extractable: true });
    const publicJwk = { ...(await exportJWK(publicKey)) };
    await expect(failureOf({ client_id: 'ops' })).resolves.toMatchObject({ exitCode: 5 });
    await expect(failureOf({ client_id: 'ops', private_key: publicJwk })).resolves.toMatchObject({
      message: expect.stringContaining('no private key') as string,
    });
  });

  it('says how to start a server that is not there', async () => {
    await server.stop();
    await expect(failureOf()).resolves.toMatchObject({
      exitCode: 5,
      message: expect.stringMatching(/cannot be reached at .*ECONNREFUSED.*npm start/) as string,
    });
  });

  it('believes no metadata of another issuer (B06)', async () => {
    server.issuer = 'https://auth.example';
    await expect(failureOf()).resolves.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('not the authorization server of that name') as string,
    });
    expect(server.tokenRequests).toEqual([]);
  });

  it.each<[string, AdminServer['tokenAnswer'], string, RegExp]>([
    [
      'wrong credentials',
      {
        status: 401,
        headers: { 'www-authenticate': 'Basic realm="a"' },
        body: { error: 'invalid_client' },
      },
      'credentials_refused',
      /does not accept the credentials of the client o:ps/,
    ],
    [
      'wrong credentials, without a challenge',
      { status: 400, body: { error: 'invalid_client' } },
      'credentials_refused',
      /does not accept the credentials of the client o:ps/,
    ],
    [
      'a scope that the client does not hold',
      { status: 400, body: { error: 'invalid_scope' } },
      'scope_refused',
      /may not have the scope clients:read/,
    ],
    [
      'too many failures before',
      { status: 429, headers: { 'retry-after': '7' }, body: { error: 'slow_down' } },
      'token_refused',
      /slow_down; try again in 7 s/,
    ],
    [
      'a server that cannot',
      { status: 503, body: { error: 'temporarily_unavailable' } },
      'no_answer',
      /cannot answer right now \(503\); try again/,
    ],
    [
      'an answer that is no token',
      { body: { nothing: true } },
      'no_authorization_server',
      /RFC 8414/,
    ],
  ])('explains %s', async (_kind, answer, code, message) => {
    const json = { 'content-type': 'application/json' };
    server.tokenAnswer = { ...answer, headers: { ...json, ...answer.headers } };
    await expect(failureOf()).resolves.toMatchObject({
      exitCode: 5,
      problem: { code },
      message: expect.stringMatching(message) as string,
    });
  });
});
