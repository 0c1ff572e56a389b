import { generateKeyPairSync, type JsonWebKey, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isPrivateKey, readPrivateKey } from './private-key.js';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jwk = (key: KeyObject, changes: object = {}) =>
  JSON.stringify({ ...key.export({ format: 'jwk' }), ...changes } satisfies JsonWebKey);
const pem = (key: KeyObject) => key.export({ format: 'pem', type: 'pkcs8' }).toString();

describe('a private key', () => {
  it.each<[string, string, object]>([
    ['a JWK', jwk(ec.privateKey, { kid: 'k' }), { alg: 'ES256', kid: 'k' }],
    ['a JWK behind blanks', `\n ${jwk(ec.privateKey)}`, { alg: 'ES256', kid: undefined }],
    ['an RSA JWK', jwk(rsa.privateKey), { alg: 'PS256' }],
    ['an RSA JWK for RS256', jwk(rsa.privateKey, { alg: 'RS256' }), { alg: 'RS256' }],
    ['PKCS#8 in PEM', pem(ec.privateKey), { alg: 'ES256', kid: undefined }],
  ])('is read from %s', (_what, text, expected) => {
    expect(readPrivateKey(text)).toMatchObject(expected);
    expect(isPrivateKey(text)).toBe(true);
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['a word', 'hunter2'],
    ['broken JSON', '{"kty":'],
    ['no JWK', '{"kty":7}'],
    ['a public JWK', jwk(ec.publicKey)],
    ['a JWK for an algorithm of another kind', jwk(ec.privateKey, { alg: 'RS256' })],
    ['a JWK for an algorithm of no kind', jwk(ec.privateKey, { alg: 'none' })],
    ['a secret', '{"kty":"oct","k":"c2VjcmV0","alg":"HS256"}'],
    ['another curve', pem(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey)],
    ['a short RSA key', pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey)],
    ['a key for something else', pem(generateKeyPairSync('x25519').privateKey)],
  ])('is not %s', (_what, text) => {
    expect(isPrivateKey(text)).toBe(false);
  });
});
