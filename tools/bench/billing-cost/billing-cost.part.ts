import type { BillingStatements } from '../billing/billing-statements.ts';
import { BillingSystem } from '../billing/billing-system.ts';
import { ApiConnection } from '../billing/limit/api-connection.ts';
import type { BenchContext, Part } from '../part.ts';
import type { Figure, PartReport } from '../report/part-report.ts';
import { median, quotients } from '../report/statistics.ts';
import { accessTokenFor } from '../system/access-token.ts';
import { startTogether } from '../system/start-together.ts';
import { insertBilledHistory } from './billed-history.ts';
import { writePlans } from './plans-document.ts';

const PAGE = '/orders?status=pending&limit=100';
const PAGES = 40;
const AT_MOST = { atMost: 1.2 };

export const billingCost: Part = {
  name: 'billing-cost',
  title: 'the time per order and per page, with 10,000 and with 1,000,000 orders billed already',
  run: async (context) => {
    const few = 10_000;
    const many = context.quick ? 200_000 : 1_000_000;
    const name = `${few.toLocaleString('en')} and ${many.toLocaleString('en')} billed orders`;
    const [small, large] = await context.reporter.step(
      `filling in ${name}`,
      `${name} filled in`,
      () => startTogether([systemWith(context, few), systemWith(context, many)]),
    );
    try {
      const plans = await large.learnStatements();
      await small.measured.start('billing-worker');
      if (context.writeDocs) await writePlans(plans, many);
      return await measure(context, { few, small, many, large }, plans);
    } finally {
      await Promise.all([small, large].map((system) => system.remove()));
    }
  },
};

interface Sizes {
  readonly few: number;
  readonly small: BillingSystem;
  readonly many: number;
  readonly large: BillingSystem;
}

async function systemWith(context: BenchContext, orders: number): Promise<BillingSystem> {
  const system = await BillingSystem.start(context);
  try {
    await insertBilledHistory(system, orders);
    return system;
  } catch (error) {
    await system.remove();
    throw error;
  }
}

async function measure(
  { quick, reporter }: BenchContext,
  { few, small, many, large }: Sizes,
  plans: BillingStatements,
): Promise<PartReport> {
  const orders = quick ? 500 : 1_000;
  const rounds = quick ? 3 : 5;
  const smaller: Costs[] = [];
  const larger: Costs[] = [];
  await pause(small, large);
  for (let round = 0; round <= rounds; round++) {
    const doing = round === 0 ? 'warm-up' : `round ${round} of ${rounds}`;
    await reporter.step(doing, doing, async () => {
      const costs = [await costsOf(small, orders), await costsOf(large, orders)] as const;
      if (round === 0) return;
      smaller.push(costs[0]);
      larger.push(costs[1]);
    });
  }
  await proceed(small, large);
  const ratio = (name: string, cost: keyof Costs) => ({
    name: `billing, ${name}, ${many.toLocaleString('en')} billed orders over ${few.toLocaleString('en')}`,
    unit: '×' as const,
    values: quotients(of(larger, cost), of(smaller, cost)),
    target: AT_MOST,
  });
  return {
    figures: [...figures(few, smaller), ...figures(many, larger)],
    findings: [ratio('time per order', 'perOrder'), ratio('time per list page', 'perPage')],
    notes: [
      `With ${many.toLocaleString('en')} billed orders a page is listed by: ${headOf(plans.listOrders.plan)}`,
    ],
  };
}

/** In milliseconds. */
interface Costs {
  readonly perOrder: number;
  readonly perPage: number;
}

/** The worker rests while pages are listed, so that there is something to list. */
async function costsOf(system: BillingSystem, orders: number): Promise<Costs> {
  let perPage = Number.NaN;
  const seconds = await system.bill(orders, async () => {
    perPage = await timePage(system);
    await proceed(system);
  });
  await pause(system);
  return { perOrder: (seconds * 1_000) / orders, perPage };
}

async function timePage({ measured }: BillingSystem): Promise<number> {
  const token = await accessTokenFor(measured, 'billing-worker');
  const api = await ApiConnection.open(measured.port('orders-api'), token);
  const times: number[] = [];
  try {
    while (times.length < PAGES) {
      const startedAt = performance.now();
      await api.get(PAGE);
      times.push(performance.now() - startedAt);
    }
  } finally {
    api.close();
  }
  return median(times);
}

async function pause(...systems: readonly BillingSystem[]): Promise<void> {
  for (const { measured } of systems) await measured.system.kill('billing-worker', 'SIGSTOP');
}

async function proceed(...systems: readonly BillingSystem[]): Promise<void> {
  for (const { measured } of systems) await measured.system.kill('billing-worker', 'SIGCONT');
}

function of(costs: readonly Costs[], which: keyof Costs): number[] {
  return costs.map((cost) => cost[which]);
}

function figures(orders: number, costs: readonly Costs[]): Figure[] {
  const name = `${orders.toLocaleString('en')} billed orders`;
  return [
    { name: `time per order, ${name}`, unit: 'ms', values: of(costs, 'perOrder') },
    { name: `time per list page, ${name}`, unit: 'ms', values: of(costs, 'perPage') },
  ];
}

function headOf(plan: string): string {
  return plan.split('\n').find((line) => line.includes('Index')) ?? plan.split('\n')[0] ?? '';
}
