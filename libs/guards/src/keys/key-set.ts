import { createLocalJWKSet, type JSONWebKeySet } from 'jose';

/** A JWK set (RFC 7517 5), ready to be searched. */
export interface KeySet {
  /** Finds the key that a token's header asks for. */
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly kids: ReadonlySet<string>;
}

/** @throws Error of jose's if it is no JWK set. */
export function keySetFrom(document: JSONWebKeySet): KeySet {
  const find = createLocalJWKSet(document);
  const kids = document.keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid]));
  return { find, kids: new Set(kids) };
}
