import { BillingSystem } from '../billing/billing-system.ts';
import type { BenchContext } from '../part.ts';
import { Replica } from '../system/replica.ts';

/** Orders billed per second, by round. */
export interface WorkerRates {
  readonly one: readonly number[];
  readonly two: readonly number[];
}

/** One billing-worker and two over the same database, with one orders-api; nothing is pinned. */
export async function measureTwoWorkers(context: BenchContext): Promise<WorkerRates> {
  const { quick, reporter } = context;
  const orders = quick ? 1_500 : 4_000;
  const rounds = quick ? 2 : 5;
  const system = await BillingSystem.start(context);
  try {
    await system.measured.start('billing-worker');
    const second = await Replica.start(system.measured, {
      app: 'billing-worker',
      cores: undefined,
      environment: { BILLING_INTERVAL_SECONDS: '1' },
    });
    try {
      const bill = async () => orders / (await system.bill(orders, async () => undefined));
      const one: number[] = [];
      const two: number[] = [];
      await reporter.step('billing, warm-up', 'billing, warmed up', bill);
      for (let round = 1; round <= rounds; round++) {
        const doing = `billing, round ${round} of ${rounds}`;
        await reporter.step(doing, doing, async () => {
          two.push(await bill());
          one.push(await second.whileItRests(bill));
        });
      }
      return { one, two };
    } finally {
      await second.stop();
    }
  } finally {
    await system.remove();
  }
}
