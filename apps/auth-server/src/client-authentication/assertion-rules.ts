import { clientKeyAlgorithms, type ClientKeyAlgorithm } from '../client-keys/client-key.js';
import type { ClientAssertion } from './client-assertion.js';

/**
 * The algorithms an assertion may be signed with. `Ed25519` is RFC 9864's name for EdDSA with that curve,
 * which is the only one here.
 */
export const assertionAlgorithms = [...clientKeyAlgorithms, 'Ed25519'] as const;

/** What is wrong with an assertion. For the log: callers are told nothing of it. */
export type AssertionFault =
  | 'wrong_type'
  | 'algorithm_not_allowed'
  | 'critical_extension'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'expired'
  | 'too_long_lived'
  | 'not_yet_valid'
  | 'claim_missing_or_invalid'
  | 'bad_signature';

/** How far ahead an assertion may end. */
const LONGEST_LIFETIME_SECONDS = 300;
/** By how much a client's clock may be ahead. Behind it may be by as much as the lifetime it chooses allows. */
const CLOCK_TOLERANCE_SECONDS = 30;
const LONGEST_JTI = 255;

// draft-ietf-oauth-rfc7523bis introduces the first; today's libraries send `JWT` or none.
const TYPES = ['client-authentication+jwt', 'jwt'];

/**
 * Checks of an assertion all that can be checked without its client's keys, in the order of RFC 7523 3.
 *
 * @param now seconds since the epoch.
 */
export function faultOfAssertion(
  { header, claims }: ClientAssertion,
  issuer: string,
  now: number,
): AssertionFault | undefined {
  const headerFault = faultOfHeader(header);
  if (headerFault) return headerFault;
  const { iss, sub, aud, exp, nbf, iat, jti } = claims;
  if (iss !== sub) return 'wrong_issuer';
  // rfc7523bis 4: the issuer identifier alone. An assertion that names others too could be used there.
  if (aud !== issuer) return 'wrong_audience';
  if (typeof exp !== 'number') return 'claim_missing_or_invalid';
  if (exp <= now) return 'expired';
  if (exp > now + LONGEST_LIFETIME_SECONDS + CLOCK_TOLERANCE_SECONDS) return 'too_long_lived';
  for (const time of [nbf, iat]) {
    if (time === undefined) continue;
    if (typeof time !== 'number') return 'claim_missing_or_invalid';
    if (time > now + CLOCK_TOLERANCE_SECONDS) return 'not_yet_valid';
  }
  const hasGoodJti = typeof jti === 'string' && jti !== '' && jti.length <= LONGEST_JTI;
  return hasGoodJti ? undefined : 'claim_missing_or_invalid';
}

/** Which keys can have signed an assertion whose header has been found good. */
export function keyAlgorithmOf({ alg }: ClientAssertion['header']): ClientKeyAlgorithm {
  return clientKeyAlgorithms.find((algorithm) => algorithm === alg) ?? 'EdDSA';
}

// What else a header may hold, such as `jku`, `x5u` and `jwk`, is not looked at (RFC 8725 3.10).
function faultOfHeader({ typ, alg, crit }: ClientAssertion['header']): AssertionFault | undefined {
  if (typ !== undefined && !isAcceptedType(typ)) return 'wrong_type';
  if (!assertionAlgorithms.some((allowed) => allowed === alg)) return 'algorithm_not_allowed';
  // RFC 7515 4.1.11: no extension is understood here.
  return crit === undefined ? undefined : 'critical_extension';
}

// RFC 7515 4.1.9: a media type, whose "application/" may be left out.
function isAcceptedType(typ: unknown): boolean {
  return typeof typ === 'string' && TYPES.includes(typ.toLowerCase().replace(/^application\//, ''));
}
