import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { LimitSettings } from './limit-job.ts';

export interface ListedOrder {
  readonly id: string;
  readonly lines: readonly unknown[];
  readonly currency: string;
  readonly total: string;
}

interface MadeInvoice {
  readonly id: string;
  readonly issuer: string;
  readonly year: number;
}

/** Makes the invoices of a page of orders and the jobs that report them, by the worker's own statements. */
export async function issuePage(
  pool: Pool,
  { statements, invoiceIssuer }: LimitSettings,
  orders: readonly ListedOrder[],
): Promise<void> {
  const drafts = orders.map(({ id: orderId, lines, currency, total: amount }) => {
    return { id: randomUUID(), orderId, lines, currency, amount };
  });
  const client = await pool.connect();
  try {
    await client.query('START TRANSACTION');
    const { rows: made } = await client.query<MadeInvoice>(statements.insertInvoices.text, [
      JSON.stringify(drafts),
      invoiceIssuer,
    ]);
    const [first] = made;
    if (first) {
      const ids = made.map(({ id }) => id);
      const series = [first.issuer, first.year, made.length, ids];
      await client.query(statements.numberInvoices.text, series);
      await client.query(statements.enqueueReports.text, [reports(ids)]);
    }
    await client.query(statements.forgetRefused.text, [orders.map(({ id }) => id)]);
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

function reports(ids: readonly string[]): string {
  return JSON.stringify(
    ids.map((id) => ({ name: 'report-invoice', data: { invoiceId: id }, singletonKey: id })),
  );
}
