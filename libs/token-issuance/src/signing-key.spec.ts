import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { jsonWebKeySet } from './json-web-key-set.js';
import {
  exportSigningKey,
  generateSigningKey,
  importSigningKey,
  signingAlgorithms,
} from './signing-key.js';

const KINDS = {
  ES256: { kty: 'EC', crv: 'P-256' },
  PS256: { kty: 'RSA', e: 'AQAB' },
  RS256: { kty: 'RSA', e: 'AQAB' },
  EdDSA: { kty: 'OKP', crv: 'Ed25519' },
} as const;

/** RFC 7518 6.2.1 and 6.3.1, RFC 8037 2, and what every published key says of itself. */
const PUBLIC_MEMBERS = {
  EC: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
  RSA: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
  OKP: ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
} as const;

describe.each(signingAlgorithms)('signing keys for %s', (alg) => {
  it('K01 say what they are for, and are known by their thumbprint', async () => {
    const key = await generateSigningKey(alg);

    expect(key.alg).toBe(alg);
    expect(key.publicJwk).toMatchObject({ ...KINDS[alg], alg, use: 'sig', kid: key.kid });
    expect(key.kid).toBe(await calculateJwkThumbprint(key.publicJwk));
  });

  it('K02 are published without any private member', async () => {
    const keys = [await generateSigningKey(alg), await generateSigningKey(alg)];

    const published = jsonWebKeySet(keys).keys;

    expect(published.map(({ kid }) => kid)).toEqual(keys.map(({ kid }) => kid));
    for (const jwk of published) {
      expect(Object.keys(jwk).sort()).toEqual(PUBLIC_MEMBERS[KINDS[alg].kty]);
    }
  });

  it('survive being exported and imported', async () => {
    const key = await generateSigningKey(alg);

    const restored = await importSigningKey(exportSigningKey(key), alg);

    expect(restored.publicJwk).toEqual(key.publicJwk);
    expect(restored.privateKey.equals(key.privateKey)).toBe(true);
  });
});

describe('the strength of signing keys', () => {
  it('K03 is a P-256 key or 3072 bits of RSA', async () => {
    const strength = async (alg: 'ES256' | 'PS256' | 'RS256') =>
      (await generateSigningKey(alg)).privateKey.asymmetricKeyDetails;

    expect(await strength('ES256')).toMatchObject({ namedCurve: 'prime256v1' });
    expect(await strength('PS256')).toMatchObject({ modulusLength: 3_072 });
    expect(await strength('RS256')).toMatchObject({ modulusLength: 3_072 });
  });

  it('K03 is no less for what is imported', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey;
    const enough = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;

    await expect(importSigningKey(pkcs8(weak), 'PS256')).rejects.toThrow('at least 2048 bits');
    await expect(importSigningKey(pkcs8(enough), 'PS256')).resolves.toMatchObject({ alg: 'PS256' });
  });

  it('K03 is not that of another kind of key', async () => {
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
    const ed448 = generateKeyPairSync('ed448').privateKey;

    await expect(importSigningKey(pkcs8(p384), 'ES256')).rejects.toThrow('not a private key for');
    await expect(importSigningKey(pkcs8(p384), 'RS256')).rejects.toThrow('not a private key for');
    await expect(importSigningKey(pkcs8(ed448), 'EdDSA')).rejects.toThrow('not a private key for');
  });
});

function pkcs8(privateKey: KeyObject): Buffer {
  return privateKey.export({ format: 'der', type: 'pkcs8' });
}

it('a generated kid can be given to a command line: it never looks like an option', async () => {
  const keys = await Promise.all(Array.from({ length: 500 }, () => generateSigningKey('ES256')));

  expect(keys.filter(({ kid }) => kid.startsWith('-'))).toEqual([]);
});
