import type { CryptoKey, JWTVerifyGetKey } from 'jose';

/** The keys by which tokens are verified, wherever they come from. */
export interface VerificationKeys {
  /**
   * Finds the key a token names, the way jose asks for it. Only the issuer's own keys are considered, never
   * one from a token's header (RFC 8725 3.10).
   */
  readonly resolve: (...wanted: Parameters<JWTVerifyGetKey>) => Promise<CryptoKey>;
  /**
   * Whether a key by which a token has been verified is known to be still among the issuer's.
   *
   * @param name the one that `nameOfKey` gives it.
   */
  stillPublished(name: string): boolean;
  /**
   * Resolves if tokens can be verified.
   *
   * @throws KeysUnavailableError
   */
  ready(): Promise<void>;
}
