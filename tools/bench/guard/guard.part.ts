import type { JsonWebKey } from 'node:crypto';
import {
  figuresOf,
  generatorNotes,
  inRounds,
  processorTimes,
  rates,
  roundLengths,
  type Contender,
  type Results,
} from '../load/contender.ts';
import { FULL_LOAD } from '../load/load-job.ts';
import type { MadeTokens } from '../load/workloads/bearer-requests.ts';
import type { BenchContext, Part } from '../part.ts';
import type { Finding, PartReport, Target } from '../report/part-report.ts';
import { quotients } from '../report/statistics.ts';
import { generateKeyPair } from '../keys/key-pair.ts';
import { startGuardedRoutes, type GuardedRoutes, type RunningServer } from './guarded-routes.ts';

const FEW = 1_000;
/** The guard remembers ten thousand. */
const MANY = { full: 100_000, quick: 20_000 };

const UNGUARDED = 'orders-api without its guard';
const ONE_TOKEN = 'orders-api, one token';
const FIRST_USE = 'orders-api, each token once';
const BARE_VERIFICATION = 'orders-api without its guard, after crypto.verify';
const BARE_UNGUARDED = 'a bare Nest route';
const BARE_GUARDED = 'a bare Nest route behind the guard, one token';

export const guard: Part = {
  name: 'guard',
  title: 'a guarded route against the same route without a guard, by repeated and by new tokens',
  run: async (context) => {
    const { privateKey, publicKey } = generateKeyPair();
    const routes = await startGuardedRoutes(context, publicKey);
    try {
      return await measure(context, routes, privateKey);
    } finally {
      await routes.stop();
    }
  },
};

async function measure(
  { generator, reporter, quick }: BenchContext,
  { servers, ...routes }: GuardedRoutes,
  privateKey: JsonWebKey,
): Promise<PartReport> {
  const many = quick ? MANY.quick : MANY.full;
  const contenders = contendersOf(routes, privateKey);
  const results = await inRounds(
    [
      contenders(UNGUARDED, servers.unguarded, 1),
      contenders(ONE_TOKEN, servers.guarded, 1),
      contenders(inTurn(FEW), servers.guarded, FEW),
      contenders(FIRST_USE, servers.guarded, 'each once'),
      contenders(BARE_VERIFICATION, servers.verified, 'each once'),
      contenders(inTurn(many), servers.guarded, many),
      contenders(BARE_UNGUARDED, servers.bareUnguarded, 1),
      contenders(BARE_GUARDED, servers.bareGuarded, 1),
    ],
    roundLengths(quick),
    generator,
    reporter,
  );
  return report(results, many);
}

function inTurn(tokens: number): string {
  return `orders-api, ${tokens.toLocaleString('en')} tokens in turn`;
}

function contendersOf(
  { issuer, audience, orderId }: Pick<GuardedRoutes, 'issuer' | 'audience' | 'orderId'>,
  privateKey: JsonWebKey,
) {
  const tokens = { privateKey, issuer, audience, scope: 'orders:read' };
  return (name: string, { port, pid }: RunningServer, count: MadeTokens['count']): Contender => ({
    name,
    ports: [port],
    pids: [pid],
    arrival: FULL_LOAD,
    workload: {
      kind: 'bearer',
      path: `/orders/${orderId}`,
      expected: orderId,
      accessToken: { ...tokens, count },
    },
  });
}

function report(results: Results, many: number): PartReport {
  const over = (name: string, ours: string, other: string, target?: Target): Finding => ({
    name: `guard, ${name}`,
    unit: '×',
    values: quotients(rates(results, ours), rates(results, other)),
    ...(target && { target }),
  });
  const target = { atLeast: 0.9 };
  return {
    figures: [
      ...figuresOf(results, 'calls'),
      {
        name: 'processor time that the guard adds, repeated token',
        unit: 'µs',
        values: differences(
          processorTimes(results, BARE_GUARDED),
          processorTimes(results, BARE_UNGUARDED),
        ),
      },
    ],
    findings: [
      over('orders-api, repeated token, over the unguarded route', ONE_TOKEN, UNGUARDED, target),
      ...[FEW, many].map((count) =>
        over(
          `orders-api, ${count.toLocaleString('en')} tokens, over the unguarded route`,
          inTurn(count),
          UNGUARDED,
        ),
      ),
      over(
        'orders-api, first use, over crypto.verify and the unguarded route',
        FIRST_USE,
        BARE_VERIFICATION,
        target,
      ),
      over('a bare route, repeated token, over the unguarded one', BARE_GUARDED, BARE_UNGUARDED),
    ],
    notes: generatorNotes(results),
  };
}

/** Round by round, the one less the other. */
function differences(values: readonly number[], others: readonly number[]): number[] {
  return values.flatMap((value, round) => {
    const other = others[round];
    return other === undefined ? [] : [value - other];
  });
}
