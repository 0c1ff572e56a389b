/** A token could not be had. */
export class TokenRequestError extends Error {
  override readonly name = 'TokenRequestError';

  /**
   * @param code the error code of RFC 6749 5.2, or what went wrong before there was one.
   * @param transient whether it may go away by itself. A wrong secret or scope does not.
   * @param retryAfterMs how long the server asked to be left alone (RFC 9110 10.2.3).
   */
  constructor(
    readonly code: string,
    readonly transient: boolean,
    readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(`no access token: ${code}`, options);
  }
}
