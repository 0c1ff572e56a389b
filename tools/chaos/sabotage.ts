import type { Environment } from '../local-system/app-environment.ts';

/** A change of an app's built code, made as it is loaded: a text that it holds once, and another instead. */
export interface Patch {
  /** How the file's path ends. */
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
}

/** The variables by which an app runs with changed code. It does not start if a text to be changed is not there. */
export function patched(patches: readonly Patch[]): Environment {
  return {
    NODE_OPTIONS: `--import=${new URL('patches.mjs', import.meta.url).href}`,
    CHAOS_PATCHES: JSON.stringify(patches),
  };
}

const ISSUE_INVOICES = '/billing-worker/dist/invoices/issue-invoices.js';

/** Invoices and the jobs that report them come to be one after the other, each by itself. */
export const WITHOUT_TRANSACTION: Patch = {
  file: ISSUE_INVOICES,
  text: 'await this.dataSource.transaction(async (transaction) =>',
  replacement: 'await ((work) => work(this.dataSource.manager))(async (transaction) =>',
};

/** An order that has an invoice gets another one. */
export const WITHOUT_CONFLICT: Patch = {
  file: ISSUE_INVOICES,
  text: 'ON CONFLICT (order_id) DO NOTHING',
  replacement: '',
};

/** The database does not mind a second invoice of an order. */
export const DROP_UNIQUE_ORDER = 'ALTER TABLE invoice DROP CONSTRAINT invoice_order_id_key';

/** The API refuses the invoice that it has recorded before. */
export const WITHOUT_IDEMPOTENCY: Patch = {
  file: '/orders-api/dist/orders/record-billing.js',
  text: 'return representOrder(billedAlready(order, billing));',
  replacement: `throw new Problem(409, { code: problemCodes.billedByAnotherInvoice, detail: 'Billed.' });`,
};
