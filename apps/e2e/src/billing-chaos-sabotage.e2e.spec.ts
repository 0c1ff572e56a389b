import {
  ChaosRun,
  ChaosSystem,
  DROP_UNIQUE_ORDER,
  patched,
  WITHOUT_CONFLICT,
  WITHOUT_IDEMPOTENCY,
  WITHOUT_TRANSACTION,
  WORKER_STEPS,
  type ChaosOutcome,
  type Rule,
  type Strike,
} from '@m2m/tools/chaos';
import { describe, expect, it, type TestContext } from 'vitest';
import { query } from './support/databases.js';
import { runsAsProcesses } from './support/system.js';

type Environments = NonNullable<Parameters<typeof ChaosSystem.start>[0]>['environment'];

const ORDERS = 20;
/** Longer than an honest system needs for so few orders. */
const SETTLE_MS = 6_000;

const TIMES = 3;

/** A process is killed at one of the worker's steps, several times. */
function kill(
  victim: Strike['victims'][0],
  step: keyof typeof WORKER_STEPS,
  moment: 'before' | 'sent' | 'answered',
): Strike[] {
  const { line, kind } = WORKER_STEPS[step];
  const strike: Strike = {
    victims: [victim],
    restMs: 0,
    trigger: { line, kind, moment, nth: 1 },
  };
  return Array.from({ length: TIMES }, () => strike);
}

describe.runIf(runsAsProcesses)('the comparison of the books finds out', () => {
  interface Sabotage {
    readonly environment?: Environments;
    readonly sql?: string;
    readonly strikes: readonly Strike[];
  }

  async function runWith(
    { environment, sql, strikes }: Sabotage,
    onTestFinished: TestContext['onTestFinished'],
  ): Promise<ChaosOutcome> {
    const system = await ChaosSystem.start({ ...(environment && { environment }) });
    onTestFinished(() => system.stop());
    if (sql !== undefined) await query(system.local.databaseUrls['billing-worker'], sql);
    return ChaosRun.on(system, {
      plan: [strikes],
      kills: strikes.length,
      orders: ORDERS,
      settleMs: SETTLE_MS,
    });
  }

  const brokenRules = ({ violations }: ChaosOutcome) =>
    new Set<Rule>(violations.map(({ rule }) => rule));

  it('that invoice and report are not one transaction', async ({ onTestFinished }) => {
    const outcome = await runWith(
      {
        environment: { 'billing-worker': patched([WITHOUT_TRANSACTION]) },
        strikes: kill('billing-worker', 'enqueue', 'before'),
      },
      onTestFinished,
    );

    expect(brokenRules(outcome)).toContain('every invoice is acknowledged');
    expect(brokenRules(outcome)).toContain('every order is billed');
  });

  it('that nothing keeps an order from having two invoices', async ({ onTestFinished }) => {
    const outcome = await runWith(
      {
        environment: { 'billing-worker': patched([WITHOUT_CONFLICT]) },
        sql: DROP_UNIQUE_ORDER,
        // Until they are reported, orders are found pending again.
        strikes: kill('orders-api', 'report', 'before'),
      },
      onTestFinished,
    );

    expect(brokenRules(outcome)).toContain('every order has one invoice');
    expect(brokenRules(outcome)).toContain('sums agree');
  });

  it('that the index is gone that the worker relies on, without which it bills nothing', async ({
    onTestFinished,
  }) => {
    const outcome = await runWith({ sql: DROP_UNIQUE_ORDER, strikes: [] }, onTestFinished);

    expect([...brokenRules(outcome)].sort()).toEqual([
      'every order has one invoice',
      'every order is billed',
    ]);
  });

  it('that the API refuses what it has recorded before', async ({ onTestFinished }) => {
    const outcome = await runWith(
      {
        environment: { 'orders-api': patched([WITHOUT_IDEMPOTENCY]) },
        strikes: kill('billing-worker', 'report', 'answered'),
      },
      onTestFinished,
    );

    expect(brokenRules(outcome)).toContain('every invoice is acknowledged');
    expect(brokenRules(outcome)).toContain('nothing is left for a person');
  });
});
