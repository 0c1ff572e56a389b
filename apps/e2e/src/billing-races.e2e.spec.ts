import {
  audit,
  CarefulClient,
  ChaosSystem,
  readBacklog,
  readBooks,
  TimeLapse,
  WORKER_STEPS,
  type Violation,
} from '@m2m/tools/chaos';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { query } from './support/databases.js';
import { members, send } from './support/http.js';
import { invoicesFor } from './support/invoices.js';
import { startApp, type RunningApp } from './support/processes.js';
import { runsAsProcesses } from './support/system.js';
import { pendingOrders, SOON, WorkerWorld } from './support/worker-world.js';

const DAY_MS = 86_400_000;
const TABLES_OF_BILLING = 'invoice, invoice_series, refused_order, last_run, pgboss.job';

type Step = keyof typeof WORKER_STEPS;
type Moment = 'before' | 'sent' | 'answered';

describe.runIf(runsAsProcesses)('races of the billing-worker', { timeout: 180_000 }, () => {
  let system: ChaosSystem;
  let client: CarefulClient;
  const forever = new AbortController().signal;

  beforeAll(async () => {
    const preload = new URL('support/shifting-clock.mjs', import.meta.url).href;
    system = await ChaosSystem.start({
      environment: { 'billing-worker': { NODE_OPTIONS: `--import=${preload}` } },
    });
  });

  afterAll(() => system.stop());

  beforeEach(async () => {
    client = await CarefulClient.of(system.local);
  });

  afterEach(async () => {
    await system.local.stop('billing-worker');
    await query(urls()['orders-api'], 'TRUNCATE customer_order, idempotency_key');
    await query(urls()['billing-worker'], `TRUNCATE ${TABLES_OF_BILLING}`);
  });

  const urls = () => system.local.databaseUrls;

  /** Has something done when the worker comes to a step for the first time. */
  function at(step: Step, moment: Moment, act: () => boolean): Promise<void> {
    const { line, kind } = WORKER_STEPS[step];
    return new Promise((resolve) => {
      system.ambushes.lay({ line, kind, moment, nth: 1 }, () => {
        resolve();
        return act();
      });
    });
  }

  /** Starts the worker, kills it when it has come to a step, and has the jobs given back that it was at. */
  async function workUntilKilledAt(step: Step, moment: Moment): Promise<void> {
    const killed = at(step, moment, () => {
      void system.local.fell('billing-worker');
      return false;
    });
    const start = system.local.start('billing-worker').catch(() => undefined);
    await killed;
    await start;
    await giveBackJobs();
  }

  async function giveBackJobs(): Promise<void> {
    const time = new TimeLapse(urls()['billing-worker']);
    await time.pass(new Date(), forever);
    await time.stop();
  }

  async function untilAtRest(): Promise<void> {
    await vi.waitFor(async () => {
      expect(await readBacklog(urls())).toEqual({ pending: 0, unreported: 0, jobs: 0 });
    }, SOON);
  }

  async function violations(): Promise<Violation[]> {
    return audit(await readBooks(urls(), client.placed));
  }

  async function summary() {
    return members(await send(`${system.local.urls['billing-worker']}/billing/summary`));
  }

  it('an order that changes after it was invoiced leaves a failed invoice, which a person sees', async () => {
    await client.place(3, forever);
    await workUntilKilledAt('commit', 'answered');
    const [changed] = client.placed;
    await query(
      urls()['orders-api'],
      `UPDATE customer_order SET lines = lines || lines, total = 2 * total WHERE id = $1`,
      [changed?.id],
    );
    await system.local.start('billing-worker');

    await vi.waitFor(async () => {
      expect(await summary()).toMatchObject({ invoices: 3, acknowledged: 2, failed: 1 });
    }, SOON);

    const [invoice] = await query(
      urls()['billing-worker'],
      `SELECT status, failure FROM invoice WHERE order_id = $1`,
      [changed?.id],
    );
    expect(invoice).toEqual({ status: 'failed', failure: 'amount_mismatch' });
    expect((await readBooks(urls(), [])).jobs).toMatchObject([{ queue: 'failed-reports' }]);
  });

  it('an order that is cancelled after it was invoiced leaves a voided invoice', async () => {
    await client.place(3, forever);
    await workUntilKilledAt('commit', 'answered');
    const [cancelled] = client.placed;
    await query(
      urls()['orders-api'],
      `UPDATE customer_order SET status = 'cancelled' WHERE id = $1`,
      [cancelled?.id],
    );
    await system.local.start('billing-worker');

    await vi.waitFor(async () => {
      expect(await summary()).toMatchObject({ invoices: 3, acknowledged: 2, failed: 0 });
    }, SOON);

    await untilAtRest();
    const [invoice] = await query(
      urls()['billing-worker'],
      `SELECT status FROM invoice WHERE order_id = $1`,
      [cancelled?.id],
    );
    expect(invoice).toEqual({ status: 'voided' });
  });

  describe('of two workers over the same pending orders', () => {
    let second: RunningApp | undefined;

    afterEach(async () => {
      await second?.process.stop();
    });

    async function startSecondWorker(): Promise<void> {
      const secret = join(system.directory, 'secrets', 'billing-worker-client-secret');
      second = await startApp('billing-worker', {
        BILLING_DATABASE_URL: urls()['billing-worker'],
        BILLING_INTERVAL_SECONDS: '1',
        OAUTH_ISSUER: system.local.urls['auth-server'],
        OAUTH_CLIENT_ID: 'billing-worker',
        OAUTH_CLIENT_SECRET: await readFile(secret, 'utf8'),
        ORDERS_API_URL: system.local.urls['orders-api'],
      });
    }

    /** Starts the worker, which stands still as soon as it has come to a step, until it may go on. */
    async function standStillAt(step: Step, moment: Moment): Promise<() => void> {
      let pid = 0;
      const reached = at(step, moment, () => {
        pid = system.local.pid('billing-worker') ?? 0;
        process.kill(pid, 'SIGSTOP');
        return true;
      });
      void system.local.start('billing-worker').catch(() => undefined);
      await reached;
      await giveBackJobs();
      return () => process.kill(pid, 'SIGCONT');
    }

    it('the one that comes late makes no invoice', async () => {
      await client.place(10, forever);
      const goOn = await standStillAt('begin', 'answered');
      await startSecondWorker();
      await untilAtRest();

      const late = at('commit', 'answered', () => true);
      goOn();
      await late;

      await untilAtRest();
      expect(await violations()).toEqual([]);
    });

    it('the second waits for the first to end, and makes no invoice', async () => {
      await client.place(10, forever);
      const goOn = await standStillAt('invoice', 'answered');
      await startSecondWorker();
      await vi.waitFor(async () => {
        const waiting = await query(
          system.local.postgresSuperuserUrl,
          `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO invoice (%'`,
        );
        expect(waiting).toHaveLength(1);
      }, SOON);

      goOn();

      await untilAtRest();
      expect(await violations()).toEqual([]);
    });
  });

  it('a report whose answer was lost after it was applied is made again, and changes nothing', async () => {
    await client.place(5, forever);
    const reports = system.requests('PUT');
    const lost = at('report', 'answered', () => false);
    await system.local.start('billing-worker');
    await lost;

    await untilAtRest();

    expect(system.requests('PUT') - reports).toBe(6);
    expect(await violations()).toEqual([]);
  });

  it.each<[Step, Moment]>([
    ['enqueue', 'sent'],
    ['commit', 'sent'],
    ['commit', 'answered'],
    ['settle', 'before'],
  ])(
    'the database dies at the step "%s" (%s), and the same worker goes on',
    async (step, moment) => {
      await client.place(5, forever);
      const died = at(step, moment, () => {
        void system.local.fell('postgres');
        return false;
      });
      const start = system.local.start('billing-worker');
      await died;
      await system.local.start('postgres');
      await giveBackJobs();
      await start;
      const pid = system.local.pid('billing-worker');

      await untilAtRest();

      expect(system.local.pid('billing-worker')).toBe(pid);
      expect(await violations()).toEqual([]);
    },
  );

  it('the clock of the worker goes a day forward and back while it bills', async () => {
    const started = new Date();
    await system.local.start('billing-worker');
    const lastRunAt = async () => Date.parse(String((await summary())['lastRunAt']));
    const turnClock = () => process.kill(system.local.pid('billing-worker') ?? 0, 'SIGUSR2');
    const billMoreUntil = async (isTime: (lastRunAt: number) => boolean) => {
      await client.place(10, forever);
      await vi.waitFor(async () => expect(isTime(await lastRunAt())).toBe(true), SOON);
      await client.place(10, forever);
      await untilAtRest();
    };
    await billMoreUntil((time) => time > 0);

    turnClock();
    await billMoreUntil((time) => time > Date.now() + DAY_MS / 2);
    turnClock();
    await billMoreUntil((time) => time < Date.now() + DAY_MS / 2);

    expect(await violations()).toEqual([]);
    const dates = await query<{ issued: Date }>(
      urls()['billing-worker'],
      `SELECT issued_at AS issued FROM invoice`,
    );
    expect(dates).toHaveLength(60);
    for (const { issued } of dates) {
      expect(issued.getTime()).toBeGreaterThanOrEqual(started.getTime() - 1_000);
      expect(issued.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
    }
  });

  it('a list that gives a page twice, and pages that overlap, give each order one invoice', async ({
    onTestFinished,
  }) => {
    const world = await WorkerWorld.create(onTestFinished);
    const orders = pendingOrders(6) as { id: string }[];
    const pages = [orders.slice(0, 3), orders.slice(0, 3), orders.slice(2, 5), orders.slice(4, 6)];
    world.onApi = (request) => {
      if (request.method === 'PUT') return { body: {} };
      const page = Number(new URL(request.path, world.ordersApi.url).searchParams.get('cursor'));
      const nextCursor = page + 1 < pages.length ? String(page + 1) : null;
      return { body: { items: pages[page], nextCursor } };
    };
    await world.startWorker();

    await vi.waitFor(
      () => expect(world.lists.length).toBeGreaterThanOrEqual(2 * pages.length),
      SOON,
    );
    await vi.waitFor(() => expect(world.reports).toHaveLength(orders.length), SOON);

    const invoices = await invoicesFor(orders, world.databaseUrl);
    expect(new Set(invoices.map(({ orderId }) => orderId)).size).toBe(orders.length);
    expect(invoices).toHaveLength(orders.length);
    expect(new Set(world.reports.map(({ path }) => path)).size).toBe(orders.length);
  });

  it('an order that appears behind the cursor is billed by a later run', async ({
    onTestFinished,
  }) => {
    const world = await WorkerWorld.create(onTestFinished);
    const [late, first, second] = pendingOrders(3) as { id: string }[];
    let isLate = true;
    world.pending = [];
    world.onApi = (request) => {
      if (request.method === 'PUT') return world.serveOrders(request);
      const isFirstPage = !request.path.includes('cursor=');
      if (!isLate) return { body: { items: isFirstPage ? [late] : [], nextCursor: null } };
      if (isFirstPage) return { body: { items: [first], nextCursor: 'after-first' } };
      // It is committed only now, with an id before those that have been listed.
      isLate = false;
      return { body: { items: [second], nextCursor: null } };
    };
    await world.startWorker();

    await vi.waitFor(() => expect(world.reports.length).toBeGreaterThanOrEqual(3), SOON);

    const reported = world.reports.map(({ path }) => path.split('/')[2]);
    expect(reported.sort()).toEqual([late?.id, first?.id, second?.id].sort());
    const runs = new Set(world.lists.slice(0, 3).map(({ headers }) => headers['x-request-id']));
    expect(runs.size, 'in a run of its own').toBe(2);
  });
});
