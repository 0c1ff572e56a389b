import type { EntityManager } from 'typeorm';
import type { InvoiceDraft, OrderFault } from './invoice-draft.js';

/** An order of which no invoice can be made. */
export interface RefusedOrder {
  readonly orderId: string;
  readonly reason: OrderFault;
}

/**
 * Keeps in mind which orders were refused, and forgets those that have been put right.
 *
 * @returns those that were not refused before.
 */
export async function keepRefusedOrders(
  transaction: EntityManager,
  refused: readonly RefusedOrder[],
  accepted: readonly InvoiceDraft[],
): Promise<RefusedOrder[]> {
  await transaction.query(`DELETE FROM refused_order WHERE order_id = ANY ($1::uuid[])`, [
    accepted.map(({ orderId }) => orderId),
  ]);
  if (refused.length === 0) return [];
  return transaction.query<RefusedOrder[]>(
    `INSERT INTO refused_order (order_id, reason, refused_at)
     SELECT "orderId", reason, now()
     FROM jsonb_to_recordset($1::jsonb) AS refused ("orderId" uuid, reason text)
     ORDER BY "orderId"
     ON CONFLICT (order_id) DO NOTHING
     RETURNING order_id AS "orderId", reason`,
    [JSON.stringify(refused)],
  );
}
