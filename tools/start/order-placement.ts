import { join } from 'node:path';
import type { StepReporter } from '../console/step-reporter.mjs';
import type { OrdersClient } from '../demo-orders/orders-client.ts';
import { areDemoOrdersPlaced, seedDemoOrders, seedFurtherOrders } from '../demo-orders/seeding.ts';

const PROGRESS_MS = 5_000;

/** Places the demo's orders and as many further ones as were asked for. */
export async function placeOrders(
  client: OrdersClient,
  further: number,
  dataDir: string,
  reporter: StepReporter,
): Promise<void> {
  const marker = join(dataDir, 'demo-orders-placed');
  if (!areDemoOrdersPlaced(marker)) {
    await reporter.step('placing the demo orders', 'demo orders placed', () =>
      seedDemoOrders(client, marker),
    );
  }
  if (further > 0) await placeFurtherOrders(client, further, reporter);
}

async function placeFurtherOrders(
  client: OrdersClient,
  further: number,
  reporter: StepReporter,
): Promise<void> {
  const total = further.toLocaleString('en');
  await reporter.step(`placing ${total} further orders`, `${total} further orders placed`, () => {
    let reportedAt = performance.now();
    return seedFurtherOrders(client, further, (placed) => {
      if (performance.now() - reportedAt < PROGRESS_MS) return;
      reportedAt = performance.now();
      reporter.line(`    ${placed.toLocaleString('en')} of ${total} orders placed`);
    });
  });
}
