import { createPrivateKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

/** A key to sign client assertions with. */
export interface PrivateKey {
  readonly key: KeyObject;
  /** The algorithm (RFC 7518 3.1, RFC 8037 3.1). */
  readonly alg: string;
  /** By which the issuer finds its public half. */
  readonly kid: string | undefined;
}

const jwkSchema = z.looseObject({ alg: z.string().optional(), kid: z.string().optional() });

const SHORTEST_RSA_BITS = 2048;

/**
 * Reads a private key: a JWK (RFC 7517), or PKCS#8 in PEM.
 *
 * @throws Error of any kind, which may quote the key.
 */
export function readPrivateKey(text: string): PrivateKey {
  const jwk = text.trimStart().startsWith('{') ? jwkSchema.parse(JSON.parse(text)) : undefined;
  const key = createPrivateKey(jwk ? { key: jwk, format: 'jwk' } : text);
  const algorithms = algorithmsOf(key);
  const alg = jwk?.alg ?? algorithms[0];
  if (alg === undefined || !algorithms.includes(alg)) {
    throw new RangeError('no algorithm fits this key');
  }
  return { key, alg, kid: jwk?.kid };
}

/** Whether a text is a private key that client assertions can be signed with. For checks at start. */
export function isPrivateKey(text: string): boolean {
  try {
    readPrivateKey(text);
    return true;
  } catch {
    return false;
  }
}

/** What a key can be used for, the best first. */
function algorithmsOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): readonly string[] {
  const { namedCurve, modulusLength = 0 } = asymmetricKeyDetails ?? {};
  if (asymmetricKeyType === 'ec' && namedCurve === 'prime256v1') return ['ES256'];
  if (asymmetricKeyType === 'ed25519') return ['EdDSA', 'Ed25519'];
  if (asymmetricKeyType === 'rsa' && modulusLength >= SHORTEST_RSA_BITS) return ['PS256', 'RS256'];
  return [];
}
