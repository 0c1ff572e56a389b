import { accessTokenClaims, TestSigningKey } from '@m2m/testing';
import { generateKeyPairSync, sign } from 'node:crypto';
import { exportJWK, jwtVerify, type JWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { keySetFrom, nameOfKey } from './key-set.js';

describe('a key set', () => {
  let ec: TestSigningKey;
  let rsa: TestSigningKey;
  let ed: TestSigningKey;

  beforeAll(async () => {
    [ec, rsa, ed] = await Promise.all([
      TestSigningKey.generate('ec', 'ES256'),
      TestSigningKey.generate('rsa', 'RS256'),
      TestSigningKey.generate('ed', 'EdDSA'),
    ]);
  });

  const verifies = async (keys: readonly unknown[], token: string) => {
    const { find } = keySetFrom({ keys: keys as JWK[] });
    return (await jwtVerify(token, find)).key;
  };
  const tokenOf = (key: TestSigningKey, header = {}) =>
    key.sign(accessTokenClaims({ iss: 'i', aud: 'a' }), header);

  it('finds each key by its kid', async () => {
    const keys = [ec, rsa, ed].map(({ publicJwk }) => publicJwk);

    for (const key of [ec, rsa, ed]) {
      await expect(verifies(keys, await tokenOf(key))).resolves.toBeDefined();
    }
  });

  it('does without alg and use, as the key sets of some issuers do', async () => {
    const { kty, kid, n, e } = rsa.publicJwk;

    await expect(verifies([{ kty, kid, n, e }], await tokenOf(rsa))).resolves.toBeDefined();
  });

  it('finds the only key that fits a token without a kid, and none if two do', async () => {
    const other = await TestSigningKey.generate('other');
    const token = await tokenOf(ec, { kid: undefined });

    await expect(verifies([ec.publicJwk, rsa.publicJwk], token)).resolves.toBeDefined();
    await expect(verifies([ec.publicJwk, other.publicJwk], token)).rejects.toThrow('multiple');
  });

  it('finds no key by a kid that two keys for the same algorithm have', async () => {
    const other = await TestSigningKey.generate(ec.kid);

    await expect(verifies([ec.publicJwk, other.publicJwk], await tokenOf(ec))).rejects.toThrow();
  });

  it('tells keys for different algorithms apart that have the same kid', async () => {
    const other = { ...rsa.publicJwk, kid: ec.kid };

    await expect(verifies([other, ec.publicJwk], await tokenOf(ec))).resolves.toBeDefined();
  });

  it.each<[string, () => unknown]>([
    ['for encryption', () => ({ ...rsa.publicJwk, kid: 'enc', use: 'enc', alg: 'RSA-OAEP' })],
    ['of an unknown kind', () => ({ kty: 'XYZ', kid: 'x', x: 'AAAA' })],
    ['of no kind', () => ({ kid: 'x' })],
    ['that is a secret', () => ({ kty: 'oct', kid: 'oct', k: 'c2VjcmV0', alg: 'HS256' })],
    ['that is private', () => ({ ...ec.publicJwk, kid: 'private', d: 'AAAA' })],
    [
      'on no curve',
      () => ({ kty: 'EC', kid: 'broken', crv: 'P-256', x: 'AA', y: 'AA', alg: 'ES256' }),
    ],
    ['that is null', () => null],
    ['that is a text', () => 'key'],
  ])('is not harmed by a key %s', async (_what, key) => {
    await expect(verifies([key(), ec.publicJwk], await tokenOf(ec))).resolves.toBeDefined();
  });

  it.each<[string, () => unknown]>([
    ['broken', () => ({ ...ec.publicJwk, x: 'AA', y: 'AA' })],
    ['of another curve than it says', () => ({ ...ec.publicJwk, crv: 'P-384' })],
    ['without its parts', () => ({ kty: 'EC', kid: ec.kid, alg: 'ES256', crv: 'P-256' })],
    ['for encryption', () => ({ ...ec.publicJwk, use: 'enc' })],
  ])('has no key that is %s', async (_what, key) => {
    await expect(verifies([key()], await tokenOf(ec))).rejects.toThrow('no applicable key');
  });

  it.each(['', 'AAAA'])(
    'RFC 7518 3.3: has no RSA key of less than 2048 bits, padded with "%s" or not',
    async (pad) => {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_040 });
      const jwk = publicKey.export({ format: 'jwk' });
      const weak = { ...jwk, n: pad + String(jwk.n), kid: 'weak', alg: 'RS256' } as JWK;
      const header = Buffer.from('{"alg":"RS256","kid":"weak"}').toString('base64url');
      const input = `${header}.e30`;
      const signature = sign('sha256', Buffer.from(input), privateKey).toString('base64url');

      expect(keySetFrom({ keys: [weak] }).names.size).toBe(0);
      await expect(verifies([weak], `${input}.${signature}`)).rejects.toThrow('no applicable key');
      expect(keySetFrom({ keys: [rsa.publicJwk] }).names.size).toBe(1);
    },
  );

  it('has no private key, which its issuer should not have published', async () => {
    const leaked = { ...(await exportJWK(ec.privateKey)), kid: ec.kid, alg: 'ES256' };

    expect(keySetFrom({ keys: [leaked] }).names.size).toBe(0);
    await expect(verifies([leaked], await tokenOf(ec))).rejects.toThrow('no applicable key');
  });

  it('is none without a list of keys', () => {
    for (const document of [{}, { keys: {} }, { keys: null }]) {
      expect(() => keySetFrom(document as never)).toThrow();
    }
  });

  it('K06 gives a key the name of what it is, not of its kid', async () => {
    const { names } = keySetFrom({ keys: [ec.publicJwk, rsa.publicJwk, ed.publicJwk] });
    const renamed = keySetFrom({ keys: [{ ...ec.publicJwk, kid: 'other' }] }).names;
    const replaced = await TestSigningKey.generate(ec.kid);

    for (const key of [ec, rsa, ed]) {
      const found = await verifies([key.publicJwk], await tokenOf(key));
      expect(names).toContain(await nameOfKey(found));
    }
    expect(names).toContain([...renamed][0]);
    expect(names).not.toContain([...keySetFrom({ keys: [replaced.publicJwk] }).names][0]);
    expect(names.size).toBe(3);
  });
});
