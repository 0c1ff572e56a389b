import type { PlacedOrder } from './careful-client.ts';
import { rowsOf } from './database-query.ts';

/** An order as orders-api keeps it. */
export interface OrderRow {
  readonly id: string;
  readonly total: string;
  readonly currency: string;
  readonly status: string;
  readonly invoiceId: string | null;
}

/** An invoice as billing-worker keeps it. */
export interface InvoiceRow {
  readonly id: string;
  readonly orderId: string;
  readonly amount: string;
  readonly currency: string;
  readonly status: string;
  readonly failure: string | null;
  readonly series: string;
  readonly number: number | null;
}

/** A job that is not done. */
export interface JobRow {
  readonly queue: string;
  readonly state: string;
  readonly invoiceId: string;
}

/** Both databases as they are when everything has come to rest, and what the client knows. */
export interface Books {
  readonly placed: readonly PlacedOrder[];
  readonly orders: readonly OrderRow[];
  readonly invoices: readonly InvoiceRow[];
  readonly lastNumbers: ReadonlyMap<string, number>;
  readonly jobs: readonly JobRow[];
  readonly refusedOrders: readonly string[];
}

export interface DatabaseUrls {
  readonly 'orders-api': string;
  readonly 'billing-worker': string;
}

export async function readBooks(
  urls: DatabaseUrls,
  placed: readonly PlacedOrder[],
): Promise<Books> {
  const billing = urls['billing-worker'];
  const series = await rowsOf<{ series: string; last: number }>(
    billing,
    `SELECT issuer || '-' || year AS series, last_number AS last FROM invoice_series`,
  );
  const refused = await rowsOf<{ id: string }>(billing, `SELECT order_id AS id FROM refused_order`);
  return {
    placed,
    orders: await rowsOf<OrderRow>(
      urls['orders-api'],
      `SELECT id, total, currency, status, invoice_id AS "invoiceId" FROM customer_order ORDER BY id`,
    ),
    invoices: await rowsOf<InvoiceRow>(
      billing,
      `SELECT id, order_id AS "orderId", amount, currency, status, failure,
         issuer || '-' || year AS series, number
       FROM invoice ORDER BY id`,
    ),
    lastNumbers: new Map(series.map((row) => [row.series, row.last])),
    jobs: await rowsOf<JobRow>(
      billing,
      `SELECT name AS queue, state::text AS state, data->>'invoiceId' AS "invoiceId" FROM pgboss.job
       WHERE name = 'failed-reports' OR (name = 'report-invoice' AND state < 'completed')`,
    ),
    refusedOrders: refused.map(({ id }) => id),
  };
}

export async function readBilledCount(urls: DatabaseUrls): Promise<number> {
  const [row] = await rowsOf<{ count: number }>(
    urls['orders-api'],
    `SELECT count(*)::int AS count FROM customer_order WHERE status = 'billed'`,
  );
  return row?.count ?? 0;
}

/** What is still to be done, as far as is known without looking at what is done. */
export interface Backlog {
  readonly pending: number;
  readonly unreported: number;
  readonly jobs: number;
}

export async function readBacklog(urls: DatabaseUrls): Promise<Backlog> {
  const billing = urls['billing-worker'];
  const [orders] = await rowsOf<{ count: number }>(
    urls['orders-api'],
    `SELECT count(*)::int AS count FROM customer_order WHERE status = 'pending'`,
  );
  const [invoices] = await rowsOf<{ unreported: number; jobs: number }>(
    billing,
    `SELECT
       (SELECT count(*)::int FROM invoice WHERE status = 'issued') AS unreported,
       (SELECT count(*)::int FROM pgboss.job
        WHERE name = 'report-invoice' AND state < 'completed') AS jobs`,
  );
  return {
    pending: orders?.count ?? 0,
    unreported: invoices?.unreported ?? 0,
    jobs: invoices?.jobs ?? 0,
  };
}
