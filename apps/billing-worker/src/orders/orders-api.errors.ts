/** The orders API did not do what it was asked this time; the work stays and is tried again. */
export class OrdersApiUnavailableError extends Error {
  override readonly name: string = 'OrdersApiUnavailableError';

  /** @param retryAfterMs how long the API asked to be left alone (RFC 9110 10.2.3). */
  constructor(
    reason: string,
    readonly retryAfterMs?: number,
  ) {
    super(`the orders API cannot be used: ${reason}`);
  }
}

/**
 * The worker has no access to the orders API: 401, 403, or no token, for a reason that stays until somebody
 * changes a secret, a registration or a configuration. It says nothing of the order; the work stays.
 */
export class AccessRefusedError extends OrdersApiUnavailableError {
  override readonly name = 'AccessRefusedError';
}

/** The orders API will not record this invoice, however often it is asked. */
export class ReportRefusedError extends Error {
  override readonly name = 'ReportRefusedError';

  /** @param code the `code` of the API's problem. */
  constructor(readonly code: string) {
    super(`the orders API refused the invoice: ${code}`);
  }
}
