import {
  createLocalJWKSet,
  errors,
  exportJWK,
  type CryptoKey,
  type JSONWebKeySet,
  type JWK,
  type JWTVerifyGetKey,
} from 'jose';

/** A JWK set (RFC 7517 5), ready to be searched. */
export interface KeySet {
  /** Finds the one key that fits a token's header. */
  readonly find: (...wanted: Parameters<JWTVerifyGetKey>) => Promise<CryptoKey>;
  /** The names of the keys that can be found. */
  readonly names: ReadonlySet<string>;
}

const LEAST_RSA_BITS = 2_048;
const namesOfKeys = new WeakMap<CryptoKey, Promise<string>>();

/**
 * Makes a set of the keys that can be used. The others do it no harm: keys for encryption, of unknown kinds,
 * broken, or too weak (RFC 7518 3.3).
 *
 * @throws Error of jose's if it is no JWK set.
 */
export function keySetFrom(document: JSONWebKeySet): KeySet {
  if (!Array.isArray(document.keys)) throw new errors.JWKSInvalid();
  const keys = document.keys.filter(canVerify);
  const search = createLocalJWKSet({ keys });
  return {
    find: async (...wanted) => {
      try {
        return await search(...wanted);
      } catch (error) {
        // What cannot be imported is as good as not there.
        throw error instanceof errors.JOSEError ? error : new errors.JWKSNoMatchingKey();
      }
    },
    names: new Set(keys.map(nameOf)),
  };
}

/** A name that a key has by what it is, and no other key has: whatever `kid` it goes by. */
export function nameOfKey(key: CryptoKey): Promise<string> {
  const known = namesOfKeys.get(key) ?? exportJWK(key).then(nameOf);
  namesOfKeys.set(key, known);
  return known;
}

// The members that RFC 7638 3.2 takes for a thumbprint.
function nameOf({ kty, crv, x, y, n, e }: JWK): string {
  return [kty, crv, x, y, n, e].join();
}

function canVerify(key: unknown): key is JWK {
  if (typeof key !== 'object' || key === null) return false;
  const { kty, use = 'sig', d, n } = key as JWK;
  if (use !== 'sig' || d !== undefined) return false;
  return kty === 'RSA' ? bitsOf(n) >= LEAST_RSA_BITS : kty === 'EC' || kty === 'OKP';
}

function bitsOf(modulus: unknown): number {
  const bytes = Buffer.from(String(modulus), 'base64url');
  const start = bytes.findIndex((byte) => byte !== 0);
  return start < 0 ? 0 : (bytes.length - start) * 8 - Math.clz32(bytes[start] ?? 0) + 24;
}
