import type { PublicSigningJwk, SigningKey } from './signing-key.js';

/** A JWK Set (RFC 7517 5). */
export interface JsonWebKeySet {
  readonly keys: PublicSigningJwk[];
}

/** The document under which keys are published: their public halves and nothing else. */
export function jsonWebKeySet(keys: readonly SigningKey[]): JsonWebKeySet {
  return { keys: keys.map((key) => key.publicJwk) };
}
