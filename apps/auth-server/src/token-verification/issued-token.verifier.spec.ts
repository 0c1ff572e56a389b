import {
  AccessTokenIssuer,
  generateSigningKey,
  signingAlgorithms,
  type SigningKey,
} from '@m2m/token-issuance';
import { accessTokenClaims, TestClock, TestSigningKey } from '@m2m/testing';
import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import { IssuedTokenVerifier } from './issued-token.verifier.js';

const ISSUER = 'https://auth.example';
const GRANT = {
  clientId: 'worker',
  resource: 'https://orders.example',
  scopes: ['orders:read'],
  lifetime: 300,
};

describe('IssuedTokenVerifier', () => {
  let clock: TestClock;
  let key: SigningKey;
  let keys: { published: SigningKey[] };
  let verifier: IssuedTokenVerifier;

  beforeEach(async () => {
    clock = new TestClock();
    key = await generateSigningKey('ES256');
    keys = { published: [key] };
    verifier = new IssuedTokenVerifier(ISSUER, keys, clock.now);
  });

  const issue = (signer = key, issuer = ISSUER) =>
    new AccessTokenIssuer(issuer, clock.now).issue(GRANT, signer);

  it.each(signingAlgorithms)(
    'I02 knows a token signed by %s again, with its claims',
    async (alg) => {
      const signer = await generateSigningKey(alg);
      keys.published = [key, signer];
      const { accessToken, claims } = issue(signer);

      await expect(verifier.verify(accessToken)).resolves.toEqual(claims);
    },
  );

  it('I03 knows it no more from the moment it expires', async () => {
    const { accessToken } = issue();

    clock.advance({ seconds: 299 });
    await expect(verifier.verify(accessToken)).resolves.toBeDefined();
    clock.advance({ seconds: 1 });
    await expect(verifier.verify(accessToken)).resolves.toBeUndefined();
  });

  it('I03 knows it no more once its key is not published', async () => {
    const { accessToken } = issue();
    await expect(verifier.verify(accessToken)).resolves.toBeDefined();

    keys.published = [await generateSigningKey('ES256')];

    await expect(verifier.verify(accessToken)).resolves.toBeUndefined();
  });

  it('knows one that is dated a little ahead, as the first after a revocation of all are', async () => {
    const issuedNotBefore = Math.floor(clock.now() / 1_000) + 2;
    const issuer = new AccessTokenIssuer(ISSUER, clock.now);
    const { accessToken } = issuer.issue({ ...GRANT, issuedNotBefore }, key);

    await expect(verifier.verify(accessToken)).resolves.toMatchObject({ iat: issuedNotBefore });
  });

  it('I03 does not know a token of another issuer or another key', async () => {
    await expect(verifier.verify(issue(key, 'https://other.example').accessToken)).resolves.toBe(
      undefined,
    );
    const other = { ...(await generateSigningKey('ES256')), kid: key.kid };
    await expect(verifier.verify(issue(other).accessToken)).resolves.toBeUndefined();
  });

  describe('of tokens that somebody else has signed', () => {
    let forger: TestSigningKey;

    beforeEach(async () => {
      forger = await TestSigningKey.generate(key.kid);
      // As if it were one of ours, so that nothing but what is tested can be wrong.
      keys.published = [
        { ...key, publicJwk: { ...key.publicJwk, ...forger.publicJwk } } as SigningKey,
      ];
    });

    const forge = (claims: JWTPayload = {}, header: Partial<JWTHeaderParameters> = {}) =>
      forger.sign(accessTokenClaims({ iss: ISSUER, aud: 'x', ...claims }, clock.now()), header);

    it('would know one', async () => {
      await expect(verifier.verify(await forge())).resolves.toBeDefined();
    });

    it.each<[string, JWTPayload, Partial<JWTHeaderParameters>]>([
      ['is a JWT of another kind', {}, { typ: 'JWT' }],
      ['does not say of which kind it is', {}, { typ: undefined }],
      ['is an introspection response', {}, { typ: 'token-introspection+jwt' }],
      ['has no end', { exp: undefined }, {}],
      ['names no key', {}, { kid: undefined }],
      ['names an unknown key', {}, { kid: "' OR 1=1 --" }],
      ['has an extension that nobody knows', {}, { crit: ['x'], x: 1 }],
    ])('does not know one that %s', async (_kind, claims, header) => {
      await expect(verifier.verify(await forge(claims, header))).resolves.toBeUndefined();
    });
  });

  it('RFC 8725 3.1: uses a key with no other algorithm than its own', async () => {
    const rsa = await generateSigningKey('RS256');
    keys.published = [rsa];
    const { accessToken } = issue({ ...rsa, alg: 'PS256' });

    await expect(verifier.verify(accessToken)).resolves.toBeUndefined();
  });

  it.each([
    '',
    '.',
    '..',
    'a.b',
    'a.b.c',
    'a.b.c.d.e',
    'eyJhbGciOiJub25lIn0.e30.',
    'ü.ü.ü',
    'null',
    '\u0000',
    `${'x'.repeat(50_000)}.y.z`,
    'W10.W10.W10',
    'bnVsbA.bnVsbA.bnVsbA',
    'eyJhbGciOjF9.e30.AA',
    'eyJhbGciOiJFUzI1NiIsImtpZCI6e319.e30.AA',
  ])('I03 does not know %j', async (token) => {
    await expect(verifier.verify(token)).resolves.toBeUndefined();
  });

  it('I03 does not know one with a signature that is cut off, or changed', async () => {
    const { accessToken } = issue();
    const [header, payload, signature = ''] = accessToken.split('.');
    const changed = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;

    for (const other of ['', changed, signature.slice(0, -4)]) {
      await expect(verifier.verify(`${header}.${payload}.${other}`)).resolves.toBeUndefined();
    }
  });
});
