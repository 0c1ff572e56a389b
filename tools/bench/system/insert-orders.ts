import { superuserClient } from '../../local-system/postgres/superuser-client.ts';
import type { MeasuredSystem } from './measured-system.ts';

// As orders-api inserts them. The identifiers are of version 7, in the order of creation.
const INSERT_PENDING = `
  INSERT INTO customer_order (id, customer_id, lines, currency, total, status, created_at)
  SELECT uuidv7(), 'customer-' || n % 1000,
    '[{"sku":"sku-1","quantity":2,"unitPrice":"10.00"},{"sku":"sku-2","quantity":1,"unitPrice":"5.50"}]',
    'EUR', '25.50', 'pending', now()
  FROM generate_series(1, $1::int) AS n
  RETURNING id`;

/** Puts pending orders into the database of orders-api. @returns their ids. */
export async function insertOrders({ system }: MeasuredSystem, count: number): Promise<string[]> {
  const client = superuserClient(system.databaseUrls['orders-api']);
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(INSERT_PENDING, [count]);
    return rows.map(({ id }) => id);
  } finally {
    await client.end();
  }
}
