import { signJwt } from './signed-jwt.js';
import type { SigningKey } from './signing-key.js';

/** The claims of a signed introspection response (RFC 9701 5). */
export interface IntrospectionResponseClaims {
  readonly iss: string;
  /** The resource server that asks. */
  readonly aud: string;
  /** Seconds since the epoch. */
  readonly iat: number;
  /** The response as it is without a signature (RFC 7662 2.2). */
  readonly token_introspection: Readonly<Record<string, unknown>>;
}

/** Signs an introspection response (RFC 9701 5) and returns it in compact form. */
export function signIntrospectionResponse(
  claims: IntrospectionResponseClaims,
  key: SigningKey,
): string {
  return signJwt('token-introspection+jwt', claims, key).jwt;
}
