import { setTimeout as sleep } from 'node:timers/promises';
import { superuserClient } from '../../local-system/postgres/superuser-client.ts';
import type { AppName } from '../../local-system/index.ts';
import { BenchError } from '../bench-error.ts';
import { FULL_LOAD, type WorkloadDescription } from '../load/load-job.ts';
import { residentMb } from '../machine/process-usage.ts';
import type { BenchContext, Part } from '../part.ts';
import type { Figure, Finding, PartReport } from '../report/part-report.ts';
import { insertOrders } from '../system/insert-orders.ts';
import { MeasuredSystem } from '../system/measured-system.ts';
import { orderReads } from '../system/order-reads.ts';
import { requestsBySecret } from '../token-endpoint/own-client.ts';
import { ResidentMemory } from './resident-memory.ts';

/** Of the worker each order is a request, several statements and a job. */
const ORDERS_PER_REQUEST = 0.1;
const POLL_MS = 250;
const PATIENCE_MS = 3_600_000;
/** Memory at the end over memory in the middle: more than this is growth rather than chance. */
const GROWTH = 1.1;
const LIMIT_MB = 150;
/** Those that there is a load for. */
const MEASURED = ['auth-server', 'orders-api', 'billing-worker'] as const;

export const memory: Part = {
  name: 'memory',
  title: 'the memory of each app at rest, under load, and whether it grows',
  run: async (context) => {
    const system = await MeasuredSystem.start(context, {
      apps: MEASURED,
      environment: { 'billing-worker': { BILLING_INTERVAL_SECONDS: '1' } },
    });
    try {
      return await measure(context, system);
    } finally {
      await system.remove();
    }
  },
};

async function measure(context: BenchContext, system: MeasuredSystem): Promise<PartReport> {
  const { requests } = context;
  const atRest = MEASURED.map((app): Figure => ({
    name: `${app} at rest`,
    unit: 'MB',
    values: [residentMb(system.pid(app))],
  }));
  const loads: Record<(typeof MEASURED)[number], (count: number) => Promise<void>> = {
    'auth-server': async (count) =>
      load(context, system, 'auth-server', await requestsBySecret(system), count),
    'orders-api': async (count) =>
      load(context, system, 'orders-api', await orderReads(system), count),
    'billing-worker': (count) => bill(system, Math.ceil(count * ORDERS_PER_REQUEST)),
  };
  const findings: Finding[] = [];
  for (const app of MEASURED) {
    findings.push(...(await underLoad(context, system.pid(app), app, loads[app], requests)));
  }
  return {
    findings,
    figures: atRest,
    notes: [`${requests} requests of each app; --requests 1000000 for the long form.`],
  };
}

async function underLoad(
  { reporter }: BenchContext,
  pid: number,
  app: AppName,
  load: (count: number) => Promise<void>,
  requests: number,
): Promise<Finding[]> {
  return reporter.step(`${app} under load`, `${app} under load`, async () => {
    const memory = new ResidentMemory(pid);
    await load(requests / 2);
    const middle = memory.peakAndReset();
    await load(requests / 2);
    const end = memory.peakAndReset();
    memory.stop();
    return [
      {
        name: `${app}, memory under load`,
        unit: 'MB',
        values: [Math.max(middle, end)],
        target: { atMost: LIMIT_MB },
      },
      {
        name: `${app}, memory in the second half of the load over the first`,
        unit: '×',
        values: [end / middle],
        target: { atMost: GROWTH },
      },
    ];
  });
}

async function load(
  { generator }: BenchContext,
  system: MeasuredSystem,
  app: AppName,
  workload: WorkloadDescription,
  requests: number,
): Promise<void> {
  await generator.run({
    ports: [system.port(app)],
    workload,
    arrival: FULL_LOAD,
    warmUpMs: 0,
    durationMs: PATIENCE_MS,
    requests,
  });
}

async function bill(measured: MeasuredSystem, orders: number): Promise<void> {
  const client = superuserClient(measured.system.databaseUrls['orders-api']);
  await client.connect();
  try {
    await insertOrders(measured, orders);
    const deadline = performance.now() + PATIENCE_MS;
    const pending = `SELECT FROM customer_order WHERE status = 'pending' LIMIT 1`;
    while ((await client.query(pending)).rowCount !== 0) {
      if (performance.now() > deadline) throw new BenchError('the orders were not billed in time');
      await sleep(POLL_MS);
    }
  } finally {
    await client.end();
  }
}
