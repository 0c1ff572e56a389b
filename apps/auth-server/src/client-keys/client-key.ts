import { createPublicKey, type KeyObject } from 'node:crypto';

/** The algorithms a client's key can be for (RFC 7518 3.4 and 3.5; EdDSA with Ed25519 only: RFC 8037 3.1). */
export const clientKeyAlgorithms = ['ES256', 'PS256', 'EdDSA'] as const;

export type ClientKeyAlgorithm = (typeof clientKeyAlgorithms)[number];

/** A public key that a client's assertions are verified by. */
export interface ClientKey {
  readonly kid: string | undefined;
  readonly alg: ClientKeyAlgorithm;
  readonly publicKey: KeyObject;
}

const FEWEST_RSA_BITS = 2_048;
const MOST_RSA_BITS = 8_192;
/** What all libraries generate. With 1 anybody could sign, and with a huge one verifying would take long. */
const RSA_EXPONENT = 65_537n;
const KID = /^[^\p{Cc}\p{Cs}]{1,200}$/u;

// RFC 7518 6.2.2, 6.3.2 and 6.4.1, RFC 8037 2.
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * Reads a public key from its JWK (RFC 7517 4). A JWK without `alg` is for the one algorithm here that its
 * type fits.
 *
 * @throws Error with a fixed text that says what is wrong.
 */
export function readClientKey(jwk: Readonly<Record<string, unknown>>): ClientKey {
  if (PRIVATE_MEMBERS.some((name) => name in jwk)) {
    throw new Error('must be a public key: the private one is now known to others, make a new one');
  }
  const { kid, use, key_ops: operations } = jwk;
  if (kid !== undefined && (typeof kid !== 'string' || !KID.test(kid))) {
    throw new Error('must have a kid of 1 to 200 characters, none of them control characters');
  }
  if (use !== undefined && use !== 'sig') throw new Error('must be for signatures: use is sig');
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    throw new Error('must be for verifying: key_ops holds verify');
  }
  const publicKey = parse(jwk);
  const alg = algorithmOf(publicKey);
  if (jwk['alg'] !== undefined && jwk['alg'] !== alg && !isOtherName(jwk['alg'], alg)) {
    throw new Error(`must be a key for ${clientKeyAlgorithms.join(', ')}`);
  }
  return { kid, alg, publicKey };
}

function parse(jwk: Readonly<Record<string, unknown>>): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    throw new Error('must be a JSON Web Key of kty EC, RSA or OKP');
  }
}

function algorithmOf(key: KeyObject): ClientKeyAlgorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details = {} } = key;
  if (type === 'ed25519') return 'EdDSA';
  if (type === 'ec' && details.namedCurve === 'prime256v1') return 'ES256';
  if (type !== 'rsa') throw new Error('must be on the curve P-256 or Ed25519, or an RSA key');
  const { modulusLength: bits = 0, publicExponent: exponent } = details;
  if (bits < FEWEST_RSA_BITS || bits > MOST_RSA_BITS) {
    throw new Error(`must have ${FEWEST_RSA_BITS} to ${MOST_RSA_BITS} bits`);
  }
  if (exponent !== RSA_EXPONENT) throw new Error(`must have the exponent ${RSA_EXPONENT}`);
  return 'PS256';
}

// RFC 9864 2.2 gives EdDSA with Ed25519 a name of its own.
function isOtherName(given: unknown, alg: ClientKeyAlgorithm): boolean {
  return given === 'Ed25519' && alg === 'EdDSA';
}
