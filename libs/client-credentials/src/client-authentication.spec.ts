import { TestClock, TestSigningKey } from '@m2m/testing';
import { createLocalJWKSet, exportJWK, exportPKCS8, jwtVerify } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { clientAuthenticator } from './client-authentication.js';
import type { ClientRegistration } from './client-registration.js';
import { readPrivateKey } from './private-key.js';

// Watched only: it is the real one.
vi.mock(import('./private-key.js'), { spy: true });

const ISSUER = 'https://auth.example';
const CLIENT_ID = 'a:b c';
const client = { apiUrl: 'https://api.example', issuer: ISSUER, clientId: CLIENT_ID };

describe('the authentication of a client by a secret', () => {
  const authenticate = (authMethod: 'client_secret_basic' | 'client_secret_post') =>
    clientAuthenticator({ ...client, authMethod, clientSecret: async () => 'p%ä+' }, Date.now)();

  it('A02 form-encodes both parts of Basic credentials', async () => {
    const { headers, parameters } = await authenticate('client_secret_basic');

    const [scheme, encoded = ''] = headers['authorization']?.split(' ') ?? [];
    expect(scheme).toBe('Basic');
    expect(Buffer.from(encoded, 'base64').toString()).toBe('a%3Ab+c:p%25%C3%A4%2B');
    expect(parameters).toEqual({});
  });

  it('leaves the header alone when the secret goes into the body', async () => {
    await expect(authenticate('client_secret_post')).resolves.toEqual({
      headers: {},
      parameters: { client_id: 'a:b c', client_secret: 'p%ä+' },
    });
  });
});

describe('the authentication of a client by a key', () => {
  const clock = new TestClock();
  const authenticator = (privateKey: () => Promise<string>, assertionAudience?: string) => {
    const registration: ClientRegistration = {
      ...client,
      authMethod: 'private_key_jwt',
      privateKey,
      assertionAudience,
    };
    return clientAuthenticator(registration, clock.now);
  };
  const jwkOf = async ({ privateKey, kid, alg }: TestSigningKey) =>
    JSON.stringify({ ...(await exportJWK(privateKey)), kid, alg });
  const verify = async (key: TestSigningKey, assertion: string | undefined) =>
    jwtVerify(assertion ?? '', createLocalJWKSet({ keys: [key.publicJwk] }), {
      currentDate: new Date(clock.now()),
    });

  it.each(['ES256', 'PS256', 'RS256', 'EdDSA', 'Ed25519'])(
    'P01 sends an assertion signed by %s',
    async (alg) => {
      const key = await TestSigningKey.generate('key-1', alg);
      const authenticate = authenticator(async () => jwkOf(key));

      const { headers, parameters } = await authenticate();

      expect(headers).toEqual({});
      expect(parameters).toEqual({
        client_id: CLIENT_ID,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: expect.any(String) as string,
      });
      const { protectedHeader, payload } = await verify(key, parameters['client_assertion']);
      const now = clock.now() / 1_000;
      expect(protectedHeader).toEqual({ typ: 'client-authentication+jwt', alg, kid: 'key-1' });
      expect(payload).toEqual({
        iss: CLIENT_ID,
        sub: CLIENT_ID,
        aud: ISSUER,
        jti: expect.stringMatching(/^[\da-f-]{36}$/) as string,
        iat: now,
        exp: now + 60,
      });
    },
  );

  it.each([
    ['ES256', 'ES256'],
    ['RS256', 'PS256'],
    ['Ed25519', 'EdDSA'],
  ])('takes a PEM of the kind that %s has, for %s', async (kind, alg) => {
    const key = await TestSigningKey.generate('key-1', kind);
    const pem = await exportPKCS8(key.privateKey);

    const { parameters } = await authenticator(async () => pem)();

    const [header = ''] = parameters['client_assertion']?.split('.') ?? [];
    const decoded: unknown = JSON.parse(Buffer.from(header, 'base64url').toString());
    expect(decoded).toEqual({ typ: 'client-authentication+jwt', alg });
  });

  it('names the token endpoint instead, for an issuer that takes nothing else', async () => {
    const key = await TestSigningKey.generate();
    const { parameters } = await authenticator(() => jwkOf(key), `${ISSUER}/token`)();

    const { payload } = await verify(key, parameters['client_assertion']);
    expect(payload.aud).toBe(`${ISSUER}/token`);
  });

  it('B09 makes an assertion anew for each request', async () => {
    const text = await jwkOf(await TestSigningKey.generate());
    const authenticate = authenticator(async () => text);

    const made = [await authenticate(), await authenticate(), await authenticate()];

    const ids = made.map(({ parameters }) => {
      const [, claims = ''] = parameters['client_assertion']?.split('.') ?? [];
      return (JSON.parse(Buffer.from(claims, 'base64url').toString()) as { jti: string }).jti;
    });
    expect(new Set(ids).size).toBe(3);
  });

  it('reads the key for each request, and parses it again once it has changed', async () => {
    const [first, second] = [
      await TestSigningKey.generate('a'),
      await TestSigningKey.generate('b'),
    ];
    let current = await jwkOf(first);
    const read = vi.fn(async () => current);
    vi.mocked(readPrivateKey).mockClear();
    const authenticate = authenticator(read);

    await authenticate();
    await authenticate();
    current = await jwkOf(second);
    const { parameters } = await authenticate();

    expect(read).toHaveBeenCalledTimes(3);
    expect(readPrivateKey).toHaveBeenCalledTimes(2);
    await verify(second, parameters['client_assertion']);
  });
});
