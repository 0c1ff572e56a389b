import { ChaosRun, ChaosSystem, outcomeText, seededPlan } from '@m2m/tools/chaos';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runsAsProcesses } from './support/system.js';

const SEED = 20_261_124;
const KILLS = 40;
const ORDERS = 300;
const SETTLE_MS = 60_000;

describe.runIf(runsAsProcesses)('billing while everything is killed, again and again', () => {
  let system: ChaosSystem;

  beforeAll(async () => {
    system = await ChaosSystem.start();
  });

  afterAll(() => system.stop());

  it(
    'B01 loses and doubles no order, and leaves no gap in the numbers of invoices',
    { timeout: 300_000 },
    async () => {
      const outcome = await ChaosRun.on(system, {
        plan: seededPlan(SEED),
        kills: KILLS,
        orders: ORDERS,
        settleMs: SETTLE_MS,
      });
      console.info(`chaos, seed ${SEED}: ${outcomeText(outcome)}`);

      expect(outcome.violations).toEqual([]);
      expect(outcome.unsettled).toBeUndefined();
      expect(outcome.placed).toBe(ORDERS);
      for (const victim of ['billing-worker', 'orders-api', 'auth-server', 'postgres'] as const) {
        expect(outcome.tally.of(victim), victim).toBeGreaterThan(0);
      }
    },
  );
});
