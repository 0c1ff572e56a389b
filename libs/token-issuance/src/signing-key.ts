import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, type JWK } from 'jose';

/** The algorithms tokens can be signed with (RFC 7518 3.1; EdDSA, with Ed25519 only: RFC 8037 3.1). */
export const signingAlgorithms = ['ES256', 'PS256', 'RS256', 'EdDSA'] as const;

export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** A key that signs tokens. */
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

/** What is generated; what is imported may be as small as RFC 7518 3.3 and 3.5 allow. */
const RSA_BITS = 3_072;
const FEWEST_RSA_BITS = 2_048;

const generate = promisify(generateKeyPair);

/** Makes a new key: P-256 for ES256, RSA with 3072 bits for PS256 and RS256, Ed25519 for EdDSA. */
export async function generateSigningKey(alg: SigningAlgorithm): Promise<SigningKey> {
  const key = await describe(await generatePrivateKey(alg), alg);
  // A kid is given to command lines, which take what begins with a hyphen for an option.
  return key.kid.startsWith('-') ? generateSigningKey(alg) : key;
}

/**
 * Reads a signing key from its PKCS #8 form (RFC 5958), as {@link exportSigningKey} wrote it.
 *
 * @throws Error if it is no private key for the algorithm, or too weak a one.
 */
export async function importSigningKey(pkcs8: Buffer, alg: SigningAlgorithm): Promise<SigningKey> {
  return describe(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }), alg);
}

/** The private key in PKCS #8 form (RFC 5958). To be stored encrypted only: see `sealPrivateKey`. */
export function exportSigningKey(key: SigningKey): Buffer {
  return key.privateKey.export({ format: 'der', type: 'pkcs8' });
}

async function generatePrivateKey(alg: SigningAlgorithm): Promise<KeyObject> {
  switch (alg) {
    case 'ES256':
      return (await generate('ec', { namedCurve: 'P-256' })).privateKey;
    case 'PS256':
    case 'RS256':
      return (await generate('rsa', { modulusLength: RSA_BITS })).privateKey;
    case 'EdDSA':
      return (await generate('ed25519')).privateKey;
  }
}

async function describe(privateKey: KeyObject, alg: SigningAlgorithm): Promise<SigningKey> {
  assertFit(privateKey, alg);
  const members = publicMembers(createPublicKey(privateKey).export({ format: 'jwk' }));
  const kid = await calculateJwkThumbprint(members);
  return { kid, alg, privateKey, publicJwk: { ...members, kid, alg, use: 'sig' } };
}

function assertFit(privateKey: KeyObject, alg: SigningAlgorithm): void {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = privateKey;
  const fits = {
    ES256: type === 'ec' && details.namedCurve === 'prime256v1',
    PS256: type === 'rsa',
    RS256: type === 'rsa',
    EdDSA: type === 'ed25519',
  }[alg];
  if (!fits) throw new Error(`not a private key for ${alg}`);
  if (type === 'rsa' && (details.modulusLength ?? 0) < FEWEST_RSA_BITS) {
    throw new Error(`an RSA key has at least ${FEWEST_RSA_BITS} bits`);
  }
}

// By name, so that nothing is published but what RFC 7518 6.2.1, 6.3.1 and RFC 8037 2 call public.
function publicMembers({ kty, crv, x, y, n, e }: JsonWebKey): JWK {
  if (kty === 'RSA' && n && e) return { kty, n, e };
  if (kty === 'EC' && crv && x && y) return { kty, crv, x, y };
  if (kty === 'OKP' && crv && x) return { kty, crv, x };
  throw new Error('not a key that can be published');
}
