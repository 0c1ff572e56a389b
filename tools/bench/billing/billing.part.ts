import type { BenchContext, Part } from '../part.ts';
import type { PartReport } from '../report/part-report.ts';
import { quotients } from '../report/statistics.ts';
import { accessTokenFor } from '../system/access-token.ts';
import type { Replica } from '../system/replica.ts';
import { BillingSystem } from './billing-system.ts';
import type { LimitJob } from './limit/limit-job.ts';
import { LimitProcess } from './limit/limit-process.ts';

const INVOICE_ISSUER = 'INV';

export const billing: Part = {
  name: 'billing',
  title: 'orders billed per second by one worker and by two, and straight through pg and HTTP',
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
  const orders = quick ? 500 : 1_500;
  const rounds = quick ? 3 : 5;
  const job = await reporter.step('learning the statements', 'statements learnt', () =>
    limitJob(system, orders),
  );
  const second = await system.startSecondWorker();
  try {
    const all: Rates[] = [];
    for (let round = 0; round <= rounds; round++) {
      const doing = round === 0 ? 'warm-up' : `round ${round} of ${rounds}`;
      await reporter.step(doing, doing, async () => {
        const rates = await measureRound({ system, second, limit }, job);
        if (round > 0) all.push(rates);
      });
    }
    return report(all);
  } finally {
    await second.stop();
  }
}

async function limitJob(system: BillingSystem, orders: number): Promise<LimitJob> {
  const { measured } = system;
  const statements = await system.learnStatements();
  const settings = {
    databaseUrl: measured.system.databaseUrls['billing-worker'],
    ordersApiPort: measured.port('orders-api'),
    accessToken: await accessTokenFor(measured, 'billing-worker'),
    invoiceIssuer: INVOICE_ISSUER,
    statements,
  };
  return { settings, orders };
}

interface Contenders {
  readonly system: BillingSystem;
  readonly second: Replica;
  readonly limit: LimitProcess;
}

/** Orders billed per second. */
interface Rates {
  readonly oneWorker: number;
  readonly twoWorkers: number;
  readonly limit: number;
}

/** Workers that are not measured are stopped in their tracks, so that their code stays compiled. */
async function measureRound({ system, second, limit }: Contenders, job: LimitJob): Promise<Rates> {
  const rate = async (work: () => Promise<void>) =>
    job.orders / (await system.bill(job.orders, work));
  const byWorkers = () => rate(() => Promise.resolve());
  const twoWorkers = await byWorkers();
  return second.whileItRests(async () => ({
    twoWorkers,
    oneWorker: await byWorkers(),
    limit: await system.whileWorkerRests(() => rate(() => limit.bill(job))),
  }));
}

function report(rounds: readonly Rates[]): PartReport {
  const of = (which: keyof Rates) => rounds.map((rates) => rates[which]);
  return {
    figures: [
      { name: 'orders billed, one billing-worker', unit: '1/s', values: of('oneWorker') },
      { name: 'orders billed, two billing-workers', unit: '1/s', values: of('twoWorkers') },
      { name: 'orders billed, the limit', unit: '1/s', values: of('limit') },
    ],
    findings: [
      {
        name: 'billing, one worker, over the limit',
        unit: '×',
        values: quotients(of('oneWorker'), of('limit')),
        target: { atLeast: 0.6 },
      },
      {
        name: 'billing, two workers over one',
        unit: '×',
        values: quotients(of('twoWorkers'), of('oneWorker')),
      },
    ],
    notes: [
      'Nothing is pinned: the workers or their limit, orders-api and PostgreSQL share all processors.',
    ],
  };
}
