import type { BenchContext, Part } from '../part.ts';
import type { PartReport } from '../report/part-report.ts';
import { quotients } from '../report/statistics.ts';
import { accessTokenFor } from '../system/access-token.ts';
import { BillingSystem } from './billing-system.ts';
import type { LimitSettings } from './limit/limit-job.ts';
import { LimitProcess } from './limit/limit-process.ts';

const INVOICE_ISSUER = 'INV';

export const billing: Part = {
  name: 'billing',
  title:
    'orders billed per second by one worker, against the same work straight through pg and HTTP',
  run: async (context) => {
    const system = await context.reporter.step('starting the apps', 'apps started', () =>
      BillingSystem.start(context),
    );
    const limit = new LimitProcess();
    try {
      return await measure(context, system, limit);
    } finally {
      await limit.stop();
      await system.remove();
    }
  },
};

async function measure(
  { quick, reporter }: BenchContext,
  system: BillingSystem,
  limit: LimitProcess,
): Promise<PartReport> {
  const statements = await reporter.step('learning the statements', 'statements learnt', () =>
    system.learnStatements(),
  );
  const { measured } = system;
  const settings: LimitSettings = {
    databaseUrl: measured.system.databaseUrls['billing-worker'],
    ordersApiPort: measured.port('orders-api'),
    accessToken: await accessTokenFor(measured, 'billing-worker'),
    invoiceIssuer: INVOICE_ISSUER,
    statements,
  };
  const orders = quick ? 800 : 3_000;
  const rounds = quick ? 3 : 5;
  const byWorker: number[] = [];
  const byLimit: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const doing = round === 0 ? 'warm-up' : `round ${round} of ${rounds}`;
    await reporter.step(doing, doing, async () => {
      const worker = orders / (await system.bill(orders, async () => undefined));
      const other =
        orders / (await whileWorkerRests(system, () => limit.bill({ settings, orders }), orders));
      if (round === 0) return;
      byWorker.push(worker);
      byLimit.push(other);
    });
  }
  return {
    figures: [
      { name: 'orders billed, one billing-worker', unit: '1/s', values: byWorker },
      { name: 'orders billed, the limit', unit: '1/s', values: byLimit },
    ],
    findings: [
      {
        name: 'billing, one worker, over the limit',
        unit: '×',
        values: quotients(byWorker, byLimit),
        target: { atLeast: 0.6 },
      },
    ],
    notes: [
      'Nothing is pinned: the worker or its limit, orders-api and PostgreSQL share all processors.',
    ],
  };
}

/** The worker is stopped in its tracks meanwhile, so that its code stays compiled. */
async function whileWorkerRests(
  system: BillingSystem,
  work: () => Promise<void>,
  orders: number,
): Promise<number> {
  const { system: apps } = system.measured;
  await apps.kill('billing-worker', 'SIGSTOP');
  try {
    return await system.bill(orders, work);
  } finally {
    await apps.kill('billing-worker', 'SIGCONT');
  }
}
