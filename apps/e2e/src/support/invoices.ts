import { query } from './databases.js';
import type { Order, OrderLine } from './orders.js';
import { own } from './system.js';

/** An invoice as the billing-worker keeps it. */
export interface Invoice {
  readonly id: string;
  readonly orderId: string;
  readonly amount: string;
  readonly currency: string;
  readonly lines: readonly OrderLine[];
  readonly status: string;
}

/** All invoices for some orders; one that was billed twice would have two. */
export async function invoicesFor(
  orders: readonly Pick<Order, 'id'>[],
  billingDatabaseUrl = own().billingDatabaseUrl,
): Promise<Invoice[]> {
  return query<Invoice>(
    billingDatabaseUrl,
    `SELECT id, order_id AS "orderId", amount, currency, lines, status
     FROM invoice WHERE order_id = ANY ($1::uuid[])`,
    [orders.map(({ id }) => id)],
  );
}

/** How many invoices for some orders there are, and how many of them orders-api has recorded. */
export async function billingProgress(
  orders: readonly Pick<Order, 'id'>[],
  billingDatabaseUrl = own().billingDatabaseUrl,
): Promise<{ readonly issued: number; readonly acknowledged: number }> {
  const [row] = await query<{ issued: number; acknowledged: number }>(
    billingDatabaseUrl,
    `SELECT count(*)::int AS issued,
       (count(*) FILTER (WHERE status = 'acknowledged'))::int AS acknowledged
     FROM invoice WHERE order_id = ANY ($1::uuid[])`,
    [orders.map(({ id }) => id)],
  );
  return row ?? { issued: 0, acknowledged: 0 };
}
