import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePort } from '../../local-system/ports.ts';
import { superuserClient } from '../../local-system/postgres/superuser-client.ts';
import { WORKSPACE_ROOT } from '../../workspace/root.ts';
import { BenchError } from '../bench-error.ts';
import type { BenchContext, Part } from '../part.ts';
import type { PartReport } from '../report/part-report.ts';
import { accessTokenFor } from '../system/access-token.ts';
import { insertOrders } from '../system/insert-orders.ts';
import { MeasuredSystem } from '../system/measured-system.ts';

const POLL_MS = 5;
const PATIENCE_MS = 60_000;
const BILLING_INTERVAL_SECONDS = 2;

export const coldStart: Part = {
  name: 'cold-start',
  title: 'from the start of the process to the first token and to the first billed order',
  run: async (context) => {
    const rounds = context.quick ? 2 : 3;
    const system = await MeasuredSystem.start(context, {
      apps: ['auth-server'],
      environment: {
        'billing-worker': { BILLING_INTERVAL_SECONDS: String(BILLING_INTERVAL_SECONDS) },
      },
    });
    try {
      const firstToken = await repeat(context, 'first token', rounds, () => untilToken(system));
      const firstOrder = await repeat(context, 'first billed order', rounds, () =>
        untilBilled(system),
      );
      return report(firstToken, firstOrder, await warmStarts(context, rounds));
    } finally {
      await system.remove();
    }
  },
};

function report(
  firstToken: readonly number[],
  firstOrder: readonly number[],
  once: readonly number[],
): PartReport {
  return {
    figures: [],
    findings: [
      {
        name: 'auth-server, process start to first token',
        unit: 's',
        values: firstToken,
        target: { atMost: 1.5 },
      },
      {
        name: 'all three apps, process start to first billed order',
        unit: 's',
        values: firstOrder,
      },
      { name: 'npm start -- --once, warm', unit: 's', values: once },
    ],
    notes: [
      'PostgreSQL runs already, the code is in the compile cache of an earlier start, as in every start but the first.',
    ],
  };
}

/** The first time fills the caches of the machine and of Node.js, and does not count. */
async function repeat(
  { reporter }: BenchContext,
  what: string,
  rounds: number,
  measure: () => Promise<number>,
): Promise<number[]> {
  return reporter.step(what, what, async () => {
    await measure();
    const seconds: number[] = [];
    while (seconds.length < rounds) seconds.push(await measure());
    return seconds;
  });
}

async function untilToken(measured: MeasuredSystem): Promise<number> {
  await measured.system.stop('auth-server');
  const startedAt = performance.now();
  const starting = measured.start('auth-server');
  await until(() =>
    accessTokenFor(measured, 'billing-worker').then(
      () => true,
      () => false,
    ),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  await starting;
  return seconds;
}

async function untilBilled(measured: MeasuredSystem): Promise<number> {
  const { system } = measured;
  for (const app of ['billing-worker', 'orders-api', 'auth-server'] as const)
    await system.stop(app);
  // In each interval the pending orders are looked through once, by the worker that has been stopped as well.
  await sleep(BILLING_INTERVAL_SECONDS * 1_000);
  const [orderId] = await insertOrders(measured, 1);
  const orders = superuserClient(system.databaseUrls['orders-api']);
  await orders.connect();
  try {
    const startedAt = performance.now();
    const starting = Promise.all([
      measured.start('auth-server'),
      measured.start('orders-api'),
      measured.start('billing-worker'),
    ]);
    await until(async () => {
      const billed = `SELECT FROM customer_order WHERE id = $1 AND status = 'billed'`;
      return (await orders.query(billed, [orderId])).rowCount === 1;
    });
    const seconds = (performance.now() - startedAt) / 1_000;
    await starting;
    return seconds;
  } finally {
    await orders.end();
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new BenchError('the apps were not ready in time');
    await sleep(POLL_MS);
  }
}

/** The whole command, of which the first time makes the database and is not counted. */
async function warmStarts(context: BenchContext, rounds: number): Promise<number[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'm2m-bench-start-'));
  const [auth, orders, billing] = await Promise.all([
    findFreePort(),
    findFreePort(),
    findFreePort(),
  ]);
  const env = {
    ...process.env,
    M2M_DATA_DIR: dataDir,
    AUTH_SERVER_PORT: String(auth),
    ORDERS_API_PORT: String(orders),
    BILLING_WORKER_PORT: String(billing),
  };
  try {
    return await repeat(context, 'npm start -- --once', rounds, () => startOnce(env));
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function startOnce(env: NodeJS.ProcessEnv): Promise<number> {
  const startedAt = performance.now();
  const child = spawn('npm', ['start', '--', '--once'], {
    cwd: WORKSPACE_ROOT,
    env,
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new BenchError(`npm start -- --once ended with ${code ?? 'a signal'}`);
  return (performance.now() - startedAt) / 1_000;
}
