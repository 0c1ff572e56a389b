import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { clientJwks, clientJwksUri } from './client-jwks.js';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const ed = generateKeyPairSync('ed25519');

const jwk = (key: KeyObject): JsonWebKey => key.export({ format: 'jwk' });
const es256 = jwk(ec.publicKey);
const ps256 = jwk(rsa.publicKey);
const eddsa = jwk(ed.publicKey);

describe('clientJwks', () => {
  it('takes public keys of each algorithm, whether they name it or not', () => {
    const keys = [
      { ...es256, kid: 'a', alg: 'ES256', use: 'sig' },
      { ...ps256, kid: 'b', alg: 'PS256' },
      { ...eddsa, kid: 'c', alg: 'EdDSA' },
      { ...eddsa, kid: 'd', alg: 'Ed25519' },
      es256,
      ps256,
    ];

    expect(clientJwks.parse({ keys })).toEqual({ keys });
  });

  it('keeps nothing but what is part of a public key', () => {
    const decorated = {
      ...es256,
      kid: 'a',
      x5u: 'https://a.example',
      key_ops: ['verify'],
      n: undefined,
    };

    expect(clientJwks.parse({ keys: [decorated], other: 1 })).toEqual({
      keys: [{ ...es256, kid: 'a' }],
    });
  });

  it.each<[string, object]>([
    ['a private EC key', jwk(ec.privateKey)],
    ['a private RSA key', jwk(rsa.privateKey)],
    ['a private Ed25519 key', jwk(ed.privateKey)],
    ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0' }],
    ['another curve', jwk(generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey)],
    ['an X25519 key', jwk(generateKeyPairSync('x25519').publicKey)],
    [
      'an RSA key of 1024 bits',
      jwk(generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey),
    ],
    ['an RSA key of 8200 bits', { ...ps256, n: Buffer.alloc(1_025, 0xff).toString('base64url') }],
    ['an RSA key whose exponent is 1', { ...ps256, e: 'AQ' }],
    ['a key for RS256', { ...ps256, alg: 'RS256' }],
    ['a key for another algorithm than its own', { ...es256, alg: 'PS256' }],
    ['an EC key that says Ed25519', { ...es256, alg: 'Ed25519' }],
    ['a key for encryption', { ...es256, use: 'enc' }],
    ['a key that is not for verifying', { ...es256, key_ops: ['deriveKey'] }],
    ['a kid that is no text', { ...es256, kid: 7 }],
    ['a kid that no database takes', { ...es256, kid: 'a\u0000' }],
    ['an empty kid', { ...es256, kid: '' }],
    ['an endless kid', { ...es256, kid: 'k'.repeat(201) }],
    ['a point that is not on the curve', { ...es256, y: es256.x }],
    ['an unknown type', { kty: 'AKP' }],
    ['nothing', {}],
  ])('refuses %s', (_kind, key) => {
    expect(clientJwks.safeParse({ keys: [key] }).success).toBe(false);
  });

  it('refuses no keys, more than twenty, and two with the same kid', () => {
    for (const keys of [
      [],
      Array(21).fill(es256),
      [
        { ...es256, kid: 'a' },
        { ...eddsa, kid: 'a' },
      ],
    ]) {
      expect(clientJwks.safeParse({ keys }).success).toBe(false);
    }
    expect(clientJwks.safeParse({ keys: Array(20).fill(es256) }).success).toBe(true);
  });

  it('keeps nothing that a lenient parser has skipped', () => {
    const skipped = { ...es256, x: `${es256.x}\u0000 ` };

    expect(clientJwks.parse({ keys: [skipped] })).toEqual({ keys: [es256] });
  });

  it.each<unknown>([undefined, null, 'x', [], { keys: 7 }, { keys: [7] }])(
    'refuses %j',
    (value) => {
      expect(clientJwks.safeParse(value).success).toBe(false);
    },
  );

  it('repeats nothing of what it refuses', () => {
    const { error } = clientJwks.safeParse({ keys: [{ ...jwk(ec.privateKey), kid: 'hunter2' }] });

    expect(error?.issues[0]?.path).toEqual(['keys', 0]);
    expect(JSON.stringify(error?.issues)).not.toMatch(/hunter2/);
  });
});

describe('clientJwksUri', () => {
  it.each([
    'https://client.example/jwks.json?v=1',
    'https://client.example:8443/keys',
    'http://localhost:9000/jwks',
    'http://127.0.0.1/jwks',
    'http://[::1]:9000/jwks',
  ])('takes %s', (uri) => {
    expect(clientJwksUri.safeParse(uri).success).toBe(true);
  });

  it.each([
    'http://client.example/jwks',
    'http://10.0.0.1/jwks',
    'http://localhost.evil.example/jwks',
    'file:///etc/passwd',
    'data:application/json,{}',
    '/jwks',
    'https://client.example/\u0000',
    ' https://client.example/jwks',
    'https://user:password@client.example/jwks',
    'https://client.example/jwks#fragment',
    `https://client.example/${'x'.repeat(2_000)}`,
    '',
  ])('refuses %s', (uri) => {
    expect(clientJwksUri.safeParse(uri).success).toBe(false);
  });
});
