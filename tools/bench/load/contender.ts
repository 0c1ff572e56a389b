import type { SystemReporter } from '../../local-system/system-reporter.ts';
import { processorSeconds } from '../machine/process-usage.ts';
import type { Figure } from '../report/part-report.ts';
import type { LoadGenerator } from './load-generator.ts';
import type { Arrival, LoadJob, LoadResult, WorkloadDescription } from './load-job.ts';

/** One of those that are measured side by side. */
export interface Contender {
  readonly name: string;
  readonly ports: readonly number[];
  /** Its processes. */
  readonly pids: readonly number[];
  readonly workload: WorkloadDescription;
  readonly arrival: Arrival;
}

export interface RoundLengths {
  readonly count: number;
  readonly durationMs: number;
  readonly warmUpMs: number;
  /** To each server before the first round: until then most of the time goes into code that is not yet compiled. */
  readonly requestsBefore: number;
}

/** Many short ones rather than a few long ones: what disturbs the machine for a second then spoils one of many. */
export function roundLengths(quick: boolean): RoundLengths {
  return quick
    ? { count: 3, durationMs: 300, warmUpMs: 100, requestsBefore: 3_000 }
    : { count: 9, durationMs: 400, warmUpMs: 100, requestsBefore: 10_000 };
}

/** What one round of one contender came to. */
export interface Measured extends LoadResult {
  /** The processor time of its own processes for each request, in microseconds; NaN where it cannot be told. */
  readonly processorTime: number;
}

/** Of each contender its rounds, in their order, by its name. */
export type Results = ReadonlyMap<string, readonly Measured[]>;

/**
 * Measures all of them in each round, so that what slows the machine down for a while slows all of them down; every
 * other round goes backwards, so that none of them always comes after the same.
 * A round before the first lets their code be compiled; it does not count.
 */
export async function inRounds(
  contenders: readonly Contender[],
  { count, requestsBefore, ...lengths }: RoundLengths,
  generator: LoadGenerator,
  reporter: SystemReporter,
): Promise<Results> {
  const results = new Map(contenders.map(({ name }) => [name, [] as Measured[]]));
  await reporter.step('warm-up', 'warmed up', async () => {
    for (const contender of contenders) {
      const fewest = requestsBefore / sharersOf(contender, contenders);
      await measureRound(contender, { ...lengths, warmUpMs: 0, fewest }, generator);
    }
  });
  for (let round = 1; round <= count; round++) {
    const doing = `round ${round} of ${count}`;
    await reporter.step(doing, doing, async () => {
      for (const contender of round % 2 === 0 ? contenders.toReversed() : contenders) {
        results.get(contender.name)?.push(await measureRound(contender, lengths, generator));
      }
    });
  }
  return results;
}

/** How many of them are at the same server. */
function sharersOf({ ports }: Contender, contenders: readonly Contender[]): number {
  return contenders.filter((other) => other.ports[0] === ports[0]).length;
}

/** One round of one contender. */
export async function measureRound(
  { ports, pids, workload, arrival }: Contender,
  lengths: Omit<LoadJob, 'ports' | 'workload' | 'arrival'>,
  generator: LoadGenerator,
): Promise<Measured> {
  const before = secondsOf(pids);
  const result = await generator.run({ ports, workload, arrival, ...lengths });
  const processorTime = ((secondsOf(pids) - before) * 1_000_000) / result.total;
  return { ...result, processorTime };
}

function secondsOf(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + processorSeconds(pid), 0);
}

/** How many requests a second each of them has answered. */
export function rates(results: Results, name: string): number[] {
  return (results.get(name) ?? []).map(({ perSecond }) => perSecond);
}

/** How much processor time each of them has needed for a request, in microseconds. */
export function processorTimes(results: Results, name: string): number[] {
  return (results.get(name) ?? []).map(({ processorTime }) => processorTime);
}

/** Both of these of all of them, as figures. */
export function figuresOf(results: Results, what: string): Figure[] {
  const names = [...results.keys()];
  return [
    ...names.map((name): Figure => ({
      name: `${what}, ${name}`,
      unit: '1/s',
      values: rates(results, name),
    })),
    ...names.map((name): Figure => ({
      name: `processor time, ${name}`,
      unit: 'µs',
      values: processorTimes(results, name),
    })),
  ];
}

/** Those whose figure is the load generator's rather than theirs, in words; none if all is well. */
export function generatorNotes(results: Results): string[] {
  const names = [...results].flatMap(([name, rounds]) =>
    rounds.some(({ generatorLoad }) => generatorLoad > 0.95) ? [name] : [],
  );
  if (names.length === 0) return [];
  return [
    `The load generator was busy all the time with: ${names.join('; ')}. They can do more than is shown.`,
  ];
}
