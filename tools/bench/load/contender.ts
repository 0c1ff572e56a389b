import type { SystemReporter } from '../../local-system/system-reporter.ts';
import type { LoadGenerator } from './load-generator.ts';
import type { Arrival, LoadResult, WorkloadDescription } from './load-job.ts';

/** One of those that are measured side by side. */
export interface Contender {
  readonly name: string;
  readonly ports: readonly number[];
  readonly workload: WorkloadDescription;
}

export interface Rounds {
  readonly count: number;
  readonly durationMs: number;
  readonly warmUpMs: number;
  readonly arrival: Arrival;
}

/**
 * Measures all of them in each round, so that what slows the machine down for a while slows all of them down.
 * A round before the first lets their code be compiled; it does not count.
 *
 * @returns of each its results, by its name, in the order of the rounds.
 */
export async function inRounds(
  contenders: readonly Contender[],
  { count, ...rounds }: Rounds,
  generator: LoadGenerator,
  reporter: SystemReporter,
): Promise<ReadonlyMap<string, readonly LoadResult[]>> {
  const results = new Map(contenders.map(({ name }) => [name, [] as LoadResult[]]));
  for (let round = 0; round <= count; round++) {
    const doing = round === 0 ? 'warm-up' : `round ${round} of ${count}`;
    await reporter.step(doing, doing, async () => {
      for (const { name, ...job } of contenders) {
        const result = await generator.run({ ...job, ...rounds });
        if (round > 0) results.get(name)?.push(result);
      }
    });
  }
  return results;
}
