/** What billing needs to know of the configuration. */
export class BillingSettings {
  /** @param intervalSeconds from the end of one run to the start of the next. */
  constructor(readonly intervalSeconds: number) {}
}
