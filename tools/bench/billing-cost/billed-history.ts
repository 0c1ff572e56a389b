import type pg from 'pg';
import type { BillingSystem } from '../billing/billing-system.ts';

// Identifiers of version 7 of the year 2023: older than all that is billed afterwards, and the same on both sides.
const id = (variant: string) =>
  `(lpad(to_hex(1700000000000 + n), 12, '0') || '7000${variant}' || lpad(to_hex(n), 12, '0'))::uuid`;
const ORDER_ID = id('8000');
const INVOICE_ID = id('9000');
const TIME = `to_timestamp(1700000000 + n / 1000.0)`;
const LINES = `'[{"sku":"sku-1","quantity":2,"unitPrice":"10.00"},{"sku":"sku-2","quantity":1,"unitPrice":"5.50"}]'::jsonb`;

const BILLED_ORDERS = `
  INSERT INTO customer_order
    (id, customer_id, lines, currency, total, status, created_at, invoice_id, billed_at)
  SELECT ${ORDER_ID}, 'customer-' || n % 1000, ${LINES}, 'EUR', 25.50, 'billed', ${TIME},
    ${INVOICE_ID}::text, ${TIME}
  FROM generate_series(1, $1::int) AS n`;

const ACKNOWLEDGED_INVOICES = `
  INSERT INTO invoice
    (id, order_id, lines, currency, amount, status, issuer, year, number, issued_at, settled_at)
  SELECT ${INVOICE_ID}, ${ORDER_ID}, ${LINES}, 'EUR', 25.50, 'acknowledged', 'INV', 2023, n, ${TIME},
    ${TIME}
  FROM generate_series(1, $1::int) AS n`;

const SERIES = `INSERT INTO invoice_series (issuer, year, last_number) VALUES ('INV', 2023, $1)`;

/** Fills both databases with orders that have been billed, as if it had been going on for long. */
export async function insertBilledHistory(system: BillingSystem, orders: number): Promise<void> {
  await Promise.all([
    run(system.ordersDatabase, [BILLED_ORDERS], 'customer_order', orders),
    run(system.billingDatabase, [ACKNOWLEDGED_INVOICES, SERIES], 'invoice', orders),
  ]);
}

async function run(
  database: pg.Client,
  statements: readonly string[],
  table: string,
  orders: number,
): Promise<void> {
  for (const statement of statements) await database.query(statement, [orders]);
  // What autovacuum does sooner or later, for it not to come in the middle.
  await database.query(`VACUUM (ANALYZE) ${table}`);
}
