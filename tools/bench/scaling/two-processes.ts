import { measureRound, roundLengths, type Contender, type Measured } from '../load/contender.ts';
import { FULL_LOAD, type LoadJob, type WorkloadDescription } from '../load/load-job.ts';
import { LoadGenerator } from '../load/load-generator.ts';
import type { BenchContext } from '../part.ts';
import { MeasuredSystem } from '../system/measured-system.ts';
import { orderReads } from '../system/order-reads.ts';
import { Replica } from '../system/replica.ts';
import { requestsBySecret } from '../token-endpoint/own-client.ts';

const SERVERS = ['auth-server', 'orders-api'] as const;
export type ServerApp = (typeof SERVERS)[number];

/** The rounds of one process of an app, and of two. */
export interface OneAndTwo {
  readonly one: readonly Measured[];
  readonly two: readonly Measured[];
}

type Lengths = Omit<LoadJob, 'ports' | 'workload' | 'arrival'>;

/** A server and what puts load on it, both on one processor. */
interface Pair {
  readonly server: Contender;
  readonly generator: LoadGenerator;
}

/**
 * One process of each server, and two over the same database. Each shares a processor with its own load, so that two
 * processors are enough to tell what a second one adds: a load that both had in common would want one more.
 */
export async function measureTwoProcesses(
  context: BenchContext,
): Promise<ReadonlyMap<ServerApp, OneAndTwo>> {
  const { server, secondServer } = context.cores;
  const system = await MeasuredSystem.start(context, { apps: SERVERS });
  const generators = [server, secondServer].map((cores) => new LoadGenerator(cores));
  try {
    const results = new Map<ServerApp, OneAndTwo>();
    for (const app of SERVERS) {
      const second = await Replica.start(system, { app, cores: secondServer });
      try {
        const load = { workload: await workloadOf(app, system), arrival: FULL_LOAD };
        const servers: Contender[] = [
          { name: app, ports: [system.port(app)], pids: [system.pid(app)], ...load },
          { name: app, ports: [second.port], pids: [second.pid], ...load },
        ];
        results.set(app, await inTurn(context, pairsOf(servers, generators)));
      } finally {
        await second.stop();
      }
    }
    return results;
  } finally {
    await Promise.all(generators.map((generator) => generator.stop()));
    await system.remove();
  }
}

function workloadOf(app: ServerApp, system: MeasuredSystem): Promise<WorkloadDescription> {
  return app === 'orders-api' ? orderReads(system) : requestsBySecret(system);
}

function pairsOf(servers: readonly Contender[], generators: readonly LoadGenerator[]): Pair[] {
  return servers.flatMap((server, index) => {
    const generator = generators[index];
    return generator ? [{ server, generator }] : [];
  });
}

async function inTurn(
  { reporter, quick }: BenchContext,
  pairs: readonly Pair[],
): Promise<OneAndTwo> {
  const { count, requestsBefore, ...lengths } = roundLengths(quick);
  const name = pairs[0]?.server.name ?? '';
  await reporter.step(`${name}, warm-up`, `${name}, warmed up`, () =>
    atOnce(pairs, { ...lengths, fewest: requestsBefore }),
  );
  const one: Measured[] = [];
  const two: Measured[] = [];
  for (let round = 1; round <= count; round++) {
    const doing = `${name}, round ${round} of ${count}`;
    await reporter.step(doing, doing, async () => {
      const measureOne = async () => one.push(await byThemselves(pairs, lengths));
      const measureTwo = async () => two.push(await atOnce(pairs, lengths));
      for (const measure of round % 2 === 0 ? [measureTwo, measureOne] : [measureOne, measureTwo])
        await measure();
    });
  }
  return { one, two };
}

/** What all of them do together. */
async function atOnce(pairs: readonly Pair[], lengths: Lengths): Promise<Measured> {
  const each = await Promise.all(pairs.map((pair) => measurePair(pair, lengths)));
  return each.reduce(together);
}

/** What one of them does: the mean of all, for processors need not be alike. */
async function byThemselves(pairs: readonly Pair[], lengths: Lengths): Promise<Measured> {
  const each: Measured[] = [];
  for (const pair of pairs) each.push(await measurePair(pair, lengths));
  const sum = each.reduce(together);
  return { ...sum, perSecond: sum.perSecond / pairs.length };
}

function measurePair({ server, generator }: Pair, lengths: Lengths): Promise<Measured> {
  return measureRound(server, lengths, generator);
}

function together(a: Measured, b: Measured): Measured {
  const total = a.total + b.total;
  return {
    ...a,
    answers: a.answers + b.answers,
    total,
    perSecond: a.perSecond + b.perSecond,
    processorTime: (a.processorTime * a.total + b.processorTime * b.total) / total,
  };
}
