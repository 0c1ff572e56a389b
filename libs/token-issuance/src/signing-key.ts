import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, type JWK } from 'jose';

/** The algorithms access tokens can be signed with (RFC 7518 3.1). */
export type SigningAlgorithm = 'ES256';

/** A key that signs access tokens. */
export interface SigningKey {
  /** The key's identifier: its RFC 7638 thumbprint, so that it cannot be given to two keys. */
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  /** Parsed once: parsing a key takes longer than signing with it. */
  readonly privateKey: KeyObject;
  /** The public half as it is published (RFC 7517 4), without any private member. */
  readonly publicJwk: PublicSigningJwk;
}

/** A published verification key (RFC 7517 4). */
export interface PublicSigningJwk extends JWK {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly use: 'sig';
}

const generate = promisify(generateKeyPair);

/** Makes a new P-256 key for ES256 (RFC 7518 3.4). */
export async function generateSigningKey(): Promise<SigningKey> {
  const { privateKey } = await generate('ec', { namedCurve: 'P-256' });
  return describe(privateKey);
}

/**
 * Reads a signing key from its PKCS #8 form (RFC 5958), as {@link exportSigningKey} wrote it.
 *
 * @throws Error if it is no P-256 private key.
 */
export async function importSigningKey(pkcs8: Buffer): Promise<SigningKey> {
  return describe(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
}

/** The private key in PKCS #8 form (RFC 5958). To be stored encrypted only: see `sealPrivateKey`. */
export function exportSigningKey(key: SigningKey): Buffer {
  return key.privateKey.export({ format: 'der', type: 'pkcs8' });
}

async function describe(privateKey: KeyObject): Promise<SigningKey> {
  const { kty, crv, x, y }: JsonWebKey = createPublicKey(privateKey).export({ format: 'jwk' });
  if (kty !== 'EC' || crv !== 'P-256' || !x || !y) throw new Error('not a P-256 private key');
  const members = { kty, crv, x, y };
  const kid = await calculateJwkThumbprint(members);
  return {
    kid,
    alg: 'ES256',
    privateKey,
    publicJwk: { ...members, kid, alg: 'ES256', use: 'sig' },
  };
}
