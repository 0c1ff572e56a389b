/** What billing needs to know of the configuration. */
export class BillingSettings {
  /**
   * @param intervalSeconds how often the pending orders are looked through, by one worker of all.
   * @param reportAttempts how often an invoice is reported before it is left to a person.
   * @param invoiceIssuer whose invoices these are: what their numbers begin with.
   */
  constructor(
    readonly intervalSeconds: number,
    readonly reportAttempts: number,
    readonly invoiceIssuer: string,
  ) {}
}
