import { createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto';
import type { ClientKeyAlgorithm } from '../client-keys/client-key.js';

const RSA_BYTES = 256;

/**
 * Keys by which nothing can be signed, for assertions that there is no key for: refusing these takes as
 * long as refusing a wrong signature.
 */
export const nobodysKeys: Readonly<Record<ClientKeyAlgorithm, KeyObject>> = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey,
  PS256: createPublicKey({ key: { kty: 'RSA', n: modulus(), e: 'AQAB' }, format: 'jwk' }),
  EdDSA: generateKeyPairSync('ed25519').publicKey,
};

// Verifying works with any odd number of the right length; to find two primes would take a while.
function modulus(): string {
  const bytes = randomBytes(RSA_BYTES);
  bytes.writeUInt8(bytes.readUInt8(0) | 0x80, 0);
  bytes.writeUInt8(bytes.readUInt8(RSA_BYTES - 1) | 1, RSA_BYTES - 1);
  return bytes.toString('base64url');
}
