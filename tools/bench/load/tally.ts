import { percentile } from '../report/statistics.ts';
import type { LoadResult } from './load-job.ts';

/** Counts answers, and how long they took, between the end of the warm-up and the end. */
export class Tally {
  readonly #from: number;
  readonly #to: number;
  readonly #most: number;
  readonly #latenciesMs: number[] = [];
  #cpu: NodeJS.CpuUsage | undefined;
  #lastAt = 0;

  /** @param most ends it after so many answers. */
  constructor(warmUpMs: number, durationMs: number, most: number | undefined) {
    this.#from = performance.now() + warmUpMs;
    this.#to = this.#from + durationMs;
    this.#most = most ?? Number.POSITIVE_INFINITY;
  }

  get isOver(): boolean {
    return performance.now() >= this.#to || this.#latenciesMs.length >= this.#most;
  }

  /** @param since when the request was due, or sent. */
  count(since: number): void {
    const now = performance.now();
    if (now < this.#from || now > this.#to) return;
    this.#cpu ??= process.cpuUsage();
    this.#lastAt = now;
    this.#latenciesMs.push(now - since);
  }

  result(): LoadResult {
    const seconds = (Math.min(this.#lastAt, this.#to) - this.#from) / 1_000;
    const answers = this.#latenciesMs.length;
    if (answers === 0) throw new Error('nothing was answered in time');
    const { user, system } = process.cpuUsage(this.#cpu);
    return {
      answers,
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
