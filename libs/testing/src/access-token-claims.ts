import { randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';

/**
 * The claims of an access token that is good for five minutes (RFC 9068 2.2); a claim that is overridden
 * with undefined is left out.
 *
 * @param given claims to add or to override: `iss` and `aud` at least.
 * @param now milliseconds since the epoch.
 */
export function accessTokenClaims(given: JWTPayload, now: number = Date.now()): JWTPayload {
  const iat = Math.floor(now / 1_000);
  return {
    sub: 'test-client',
    client_id: 'test-client',
    iat,
    exp: iat + 300,
    jti: randomUUID(),
    scope: '',
    ...given,
  };
}
