import { cpus } from 'node:os';
import { audit, CarefulClient, readBacklog, readBooks } from '@m2m/tools/chaos';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sumOf } from './support/metrics.js';
import { ScaleOutSystem } from './support/scale-out-system.js';
import { runsAsProcesses } from './support/system.js';

const REPLICAS = 2;
const WORKERS = 4;
const ORDERS = 400;
/** Until each worker has had a share, some more orders are placed. */
const MOST_ORDERS = 2_000;
const AT_ONCE = 20;
const PATIENCE = { timeout: 90_000, interval: 100 };
const forever = new AbortController().signal;

describe.runIf(runsAsProcesses)(
  `${WORKERS} workers, ${REPLICAS} APIs, ${REPLICAS} auth-servers`,
  () => {
    let system: ScaleOutSystem;
    let client: CarefulClient;

    beforeAll(async () => {
      system = await ScaleOutSystem.start(REPLICAS);
      client = await CarefulClient.of(system.access);
    });

    afterAll(() => system.stop());

    /** How many invoices each worker has settled. */
    const shares = () =>
      Promise.all(
        system.workers.map(({ url }) =>
          sumOf(url, 'billing_invoices_settled_total', { status: 'acknowledged' }),
        ),
      );

    const atWork = async () => (await shares()).filter((share) => share > 0).length;

    async function untilAtRest(): Promise<void> {
      await vi.waitFor(async () => {
        const backlog = await readBacklog(system.databaseUrls);
        expect(backlog).toEqual({ pending: 0, unreported: 0, jobs: 0 });
      }, PATIENCE);
    }

    async function placeMany(count: number): Promise<void> {
      for (let placed = 0; placed < count; placed += AT_ONCE) await client.place(AT_ONCE, forever);
    }

    it('share the work, and bill each order once', { timeout: 240_000 }, async () => {
      await system.startWorkers(WORKERS);
      await placeMany(ORDERS);
      while ((await atWork()) < 2 && client.placed.length < MOST_ORDERS) {
        await client.place(AT_ONCE, forever);
      }
      await untilAtRest();

      const orders = client.placed.length;
      const reports = system.apiRequests('PUT');
      const settled = await shares();
      console.info(
        `scale-out: ${reports} reports of ${orders} orders; settled ${settled.join(', ')}`,
      );
      expect(audit(await readBooks(system.databaseUrls, client.placed))).toEqual([]);
      // Nothing was killed, no answer lost: there was no reason to report anything twice.
      expect(reports).toBe(orders);
      // Who makes jobs takes them first; so few orders need not be enough for all to be needed.
      expect(await atWork(), 'have had a share').toBeGreaterThan(1);
      expect(settled.reduce((sum, share) => sum + share, 0)).toBe(orders);
    });

    // A matter of the machine, so not a test: `SCALE_OUT_ORDERS=2000 npx vitest run --project e2e scale-out`.
    const figureOrders = Number(process.env['SCALE_OUT_ORDERS'] ?? 0);
    it.runIf(figureOrders > 0)(
      'how fast 1, 2 and 4 of them are',
      { timeout: 900_000 },
      async () => {
        for (const count of [1, 2, 4]) {
          await system.stopWorkers();
          await placeMany(figureOrders);
          await system.startWorkers(count);
          const pendingAtFirst = (await readBacklog(system.databaseUrls)).pending;
          const started = performance.now();
          const idleAtFirst = idleSeconds();
          await untilAtRest();
          const seconds = (performance.now() - started) / 1_000;
          const busy = 1 - (idleSeconds() - idleAtFirst) / seconds / cpus().length;
          console.info(
            `scale-out: ${count} workers: ${Math.round(pendingAtFirst / seconds)} orders/s, ` +
              `processors ${Math.round(busy * 100)} % busy`,
          );
          expect(pendingAtFirst, 'left to be measured').toBeGreaterThan(0);
        }
      },
    );
  },
);

/** How long the processors have had nothing to do, added up over all of them. */
function idleSeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0) / 1_000;
}
