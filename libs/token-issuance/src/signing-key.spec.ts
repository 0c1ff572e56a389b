import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, it } from 'vitest';
import { jsonWebKeySet } from './json-web-key-set.js';
import { exportSigningKey, generateSigningKey, importSigningKey } from './signing-key.js';

describe('signing keys', () => {
  it('K01 K03 are P-256 keys for ES256, known by their thumbprint', async () => {
    const { publicJwk, kid, alg } = await generateSigningKey();

    expect(alg).toBe('ES256');
    expect(publicJwk).toMatchObject({ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256', kid });
    expect(kid).toBe(await calculateJwkThumbprint(publicJwk));
  });

  it('K02 are published without any private member', async () => {
    const keys = [await generateSigningKey(), await generateSigningKey()];

    const published = jsonWebKeySet(keys).keys;

    expect(published.map(({ kid }) => kid)).toEqual(keys.map(({ kid }) => kid));
    for (const jwk of published) {
      expect(Object.keys(jwk).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    }
  });

  it('survive being exported and imported', async () => {
    const key = await generateSigningKey();

    const restored = await importSigningKey(exportSigningKey(key));

    expect(restored.publicJwk).toEqual(key.publicJwk);
    expect(restored.privateKey.equals(key.privateKey)).toBe(true);
  });

  it('are not made from a key of another kind', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const pkcs8 = privateKey.export({ format: 'der', type: 'pkcs8' });

    await expect(importSigningKey(pkcs8)).rejects.toThrow('not a P-256 private key');
  });
});
