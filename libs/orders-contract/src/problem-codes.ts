/** The `code` members of the problems that a client of the orders API acts upon. */
export const problemCodes = {
  /** 400: the input is not what the operation takes. */
  invalidInput: 'invalid_input',
  /** 404: there is no such order. */
  orderNotFound: 'order_not_found',
  /** 409: the order is billed by another invoice. */
  billedByAnotherInvoice: 'billed_by_another_invoice',
  /** 409: a cancelled order is not billed. */
  orderCancelled: 'order_cancelled',
  /** 422: the amount or currency is not that of the order. */
  amountMismatch: 'amount_mismatch',
  /** 422: the idempotency key came before with another body. */
  idempotencyKeyReused: 'idempotency_key_reused',
} as const;
