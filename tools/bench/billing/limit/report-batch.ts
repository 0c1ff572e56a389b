import type { Pool } from 'pg';
import type { ApiConnection } from './api-connection.ts';
import type { LimitSettings } from './limit-job.ts';

interface Job {
  readonly id: string;
  readonly data: { readonly invoiceId: string };
  readonly retryCount: number;
}

interface Invoice {
  readonly InvoiceEntity_id: string;
  readonly InvoiceEntity_order_id: string;
  readonly InvoiceEntity_amount: string;
  readonly InvoiceEntity_currency: string;
  readonly InvoiceEntity_issued_at: Date;
}

/**
 * Reports a batch of invoices on the given connections, one request at a time on each, by the worker's own
 * statements.
 *
 * @returns how many there were.
 */
export async function reportBatch(
  pool: Pool,
  { statements }: LimitSettings,
  connections: readonly ApiConnection[],
): Promise<number> {
  const { rows: jobs } = await pool.query<Job>(statements.fetchReports.text);
  if (jobs.length === 0) return 0;
  const invoices = await findInvoices(pool, statements.findInvoices.text, jobs);
  const waiting = [...invoices];
  await Promise.all(
    connections.map(async (connection) => {
      for (let invoice = waiting.pop(); invoice; invoice = waiting.pop()) {
        await connection.put(`/orders/${invoice.InvoiceEntity_order_id}/billing`, {
          invoiceId: invoice.InvoiceEntity_id,
          amount: invoice.InvoiceEntity_amount,
          currency: invoice.InvoiceEntity_currency,
          billedAt: invoice.InvoiceEntity_issued_at.toISOString(),
        });
      }
    }),
  );
  const settlements = invoices.map(({ InvoiceEntity_id: id }) => ({ id, status: 'acknowledged' }));
  await pool.query(statements.settleInvoices.text, [JSON.stringify(settlements)]);
  const results = jobs.map(({ id, retryCount }) => ({ id, retry_count: retryCount, output: null }));
  await pool.query(statements.completeReports.text, ['report-invoice', JSON.stringify(results)]);
  return jobs.length;
}

async function findInvoices(pool: Pool, text: string, jobs: readonly Job[]): Promise<Invoice[]> {
  const ids = jobs.map(({ data }) => data.invoiceId);
  // As many parameters as the largest batch has; one that is smaller names its last one again.
  const parameters = text.match(/\$\d+/g)?.length ?? 0;
  const padded = Array.from({ length: parameters }, (_, index) => ids[index] ?? ids.at(-1));
  const { rows } = await pool.query<Invoice>(text, padded);
  return rows;
}
