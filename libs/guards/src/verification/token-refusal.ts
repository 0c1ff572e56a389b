/** Why a token can be refused. For logs and metrics; the caller is told no more than `invalid_token`. */
export const tokenRefusalReasons = [
  'malformed',
  'wrong_type',
  'algorithm_not_allowed',
  'unknown_key',
  'bad_signature',
  'expired',
  'not_yet_valid',
  'wrong_issuer',
  'wrong_audience',
  'claim_missing_or_invalid',
] as const;

export type RefusalReason = (typeof tokenRefusalReasons)[number];

/** The token is not acceptable: 401 `invalid_token` (RFC 6750 3.1). */
export class InvalidTokenError extends Error {
  override readonly name = 'InvalidTokenError';

  constructor(readonly reason: RefusalReason) {
    super(`the access token was refused: ${reason}`);
  }
}

/** The issuer's keys have never been fetched and cannot be now: whether a token is good cannot be said. */
export class KeysUnavailableError extends Error {
  override readonly name = 'KeysUnavailableError';

  constructor(options?: ErrorOptions) {
    super('the keys of the issuer cannot be fetched', options);
  }
}
