import { randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { concurrently } from './concurrently.ts';
import { demoOrder } from './demo-orders.ts';
import type { OrdersClient } from './orders-client.ts';

const DEMO_ORDERS = 12;
const AT_A_TIME = 16;

/** Whether the demo's orders were placed, all of them, by an earlier start. */
export function areDemoOrdersPlaced(markerFile: string): boolean {
  return existsSync(markerFile);
}

/**
 * Places the demo's orders. Their idempotency keys are always the same, so that an interrupted
 * seeding is completed and not repeated.
 */
export async function seedDemoOrders(
  client: Pick<OrdersClient, 'place'>,
  markerFile: string,
): Promise<void> {
  await concurrently(DEMO_ORDERS, AT_A_TIME, (index) =>
    client.place(demoOrder(index), `demo-order-${index + 1}`),
  );
  writeFileSync(markerFile, `${new Date().toISOString()}\n`);
}

/** Places so many further orders. */
export async function seedFurtherOrders(
  client: Pick<OrdersClient, 'place'>,
  count: number,
  onPlaced: (placed: number) => void,
): Promise<void> {
  const run = randomUUID();
  let placed = 0;
  await concurrently(count, AT_A_TIME, async (index) => {
    await client.place(demoOrder(index), `${run}-${index + 1}`);
    placed += 1;
    onPlaced(placed);
  });
}
