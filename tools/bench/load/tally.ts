import { percentile } from '../report/statistics.ts';
import type { LoadJob, LoadResult } from './load-job.ts';

/** On a machine that is busy with other things it takes longer until there is something to count. */
const FEWEST_ANSWERS = 50;
const LONGEST_MS = 20_000;

export type TallyLimits = Pick<LoadJob, 'warmUpMs' | 'durationMs' | 'fewest' | 'requests'>;

/** Counts answers, and how long they took, between the end of the warm-up and the end. */
export class Tally {
  readonly #from: number;
  readonly #to: number;
  readonly #fewest: number;
  readonly #most: number;
  readonly #latenciesMs: number[] = [];
  #cpu: NodeJS.CpuUsage | undefined;
  #lastAt = 0;
  #total = 0;

  constructor(limits: TallyLimits) {
    this.#from = performance.now() + limits.warmUpMs;
    this.#to = this.#from + limits.durationMs;
    this.#fewest = limits.fewest ?? FEWEST_ANSWERS;
    this.#most = limits.requests ?? Number.POSITIVE_INFINITY;
  }

  get isOver(): boolean {
    const answers = this.#latenciesMs.length;
    if (answers >= this.#most) return true;
    const late = performance.now() - this.#to;
    return late >= 0 && (answers >= this.#fewest || late >= LONGEST_MS);
  }

  /** @param since when the request was due, or sent. */
  count(since: number): void {
    this.#total += 1;
    const now = performance.now();
    if (now < this.#from || this.isOver) return;
    this.#cpu ??= process.cpuUsage();
    this.#lastAt = now;
    this.#latenciesMs.push(now - since);
  }

  result(): LoadResult {
    const seconds = (this.#lastAt - this.#from) / 1_000;
    const answers = this.#latenciesMs.length;
    if (answers === 0) throw new Error('nothing was answered in time');
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      answers,
      total: this.#total,
      seconds,
      perSecond: answers / seconds,
      latencyMs: {
        p50: percentile(this.#latenciesMs, 0.5),
        p99: percentile(this.#latenciesMs, 0.99),
        max: percentile(this.#latenciesMs, 1),
      },
      generatorLoad: (user + system) / 1_000_000 / seconds,
    };
  }
}
