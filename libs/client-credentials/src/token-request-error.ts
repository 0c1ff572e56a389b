/** What a token endpoint may answer in `error`: RFC 6749 5.2, RFC 8707 2. */
export const standardErrorCodes = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
] as const;

/** Every reason for which there can be no token: few, so that each can be a series of a metric. */
export const tokenFailureReasons = [
  ...standardErrorCodes,
  /** An error code that no standard has. */
  'other',
  /** The endpoint has been asked too often: 429 (RFC 6585 4). */
  'throttled',
  /** It cannot answer now: 408, 5xx, `temporarily_unavailable` and the like. */
  'unavailable',
  /** 404, 405 or 410; another status that tells nothing more; or a redirect, which is not followed. */
  'refused',
  // What comes instead of a token.
  'malformed_response',
  'unknown_token_type',
  'expired_on_arrival',
  // What comes instead of an answer.
  'network',
  'timeout',
  // What goes wrong before.
  'metadata_unavailable',
  'issuer_mismatch',
  'no_token_endpoint',
  'credentials_unreadable',
] as const;

export type TokenFailureReason = (typeof tokenFailureReasons)[number];

/** Those that stay until somebody changes a secret, a registration or a configuration. */
const PERMANENT: ReadonlySet<TokenFailureReason> = new Set<TokenFailureReason>([
  ...standardErrorCodes,
  'refused',
  'unknown_token_type',
  'issuer_mismatch',
  'no_token_endpoint',
]);

/**
 * A token could not be had. It holds no secret and nothing that a server has written, and has no cause, as
 * the errors of others often hold the whole request.
 */
export class TokenRequestError extends Error {
  override readonly name = 'TokenRequestError';
  /** Whether it may go away by itself. A wrong secret or scope does not. */
  readonly transient: boolean;

  /**
   * @param detail what else can be told: a status, or the code of an error of the system.
   * @param retryAfterMs how long the server asked to be left alone (RFC 9110 10.2.3).
   */
  constructor(
    readonly reason: TokenFailureReason,
    detail?: string,
    readonly retryAfterMs = 0,
  ) {
    super(`no access token: ${reason}${detail === undefined ? '' : ` (${detail})`}`);
    this.transient = !PERMANENT.has(reason);
  }
}

/** The code of an error of the system or of a library, such as `ENOENT`, which is all of it that may be told. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? code : undefined;
}
