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
  'sender_constrained',
  'inactive',
  'revoked',
] as const;

export type RefusalReason = (typeof tokenRefusalReasons)[number];

/** The token is not acceptable: 401 `invalid_token` (RFC 6750 3.1). */
export class InvalidTokenError extends Error {
  override readonly name = 'InvalidTokenError';

  /** @param clientId whose token it is, where that is certain. */
  constructor(
    readonly reason: RefusalReason,
    readonly clientId?: string,
  ) {
    super(`the access token was refused: ${reason}`);
  }
}

/** Why it can be that nothing is known of a token. */
export const unavailabilityReasons = [
  'keys_unavailable',
  'introspection_unavailable',
  'revocations_unavailable',
] as const;

/** Whether a token is good cannot be said now: 503. */
export abstract class VerificationUnavailableError extends Error {
  abstract readonly reason: (typeof unavailabilityReasons)[number];
}

/** The issuer's keys have never been fetched, or long ago, and cannot be now. */
export class KeysUnavailableError extends VerificationUnavailableError {
  override readonly name = 'KeysUnavailableError';
  override readonly reason = 'keys_unavailable';

  constructor(options?: ErrorOptions) {
    super('the keys of the issuer cannot be fetched', options);
  }
}

/** The introspection endpoint gives no answer, or none that says whether the token is active. */
export class IntrospectionUnavailableError extends VerificationUnavailableError {
  override readonly name = 'IntrospectionUnavailableError';
  override readonly reason = 'introspection_unavailable';
}

/** What is revoked has never been fetched, or too long ago. */
export class RevocationsUnavailableError extends VerificationUnavailableError {
  override readonly name = 'RevocationsUnavailableError';
  override readonly reason = 'revocations_unavailable';

  constructor() {
    super('it is not known what is revoked');
  }
}
