const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;
/** Who has run this long was healthy, and the next failure is a new one. */
const HEALTHY_MS = 30_000;

/** The growing delays before a process that keeps dying is started again. */
export class Backoff {
  #failures = 0;

  /** The delay after one more failure of a process that had run for `ranMs`. */
  next(ranMs: number): number {
    if (ranMs >= HEALTHY_MS) this.#failures = 0;
    const delay = FIRST_DELAY_MS * 2 ** this.#failures;
    this.#failures += 1;
    return Math.min(delay, LONGEST_DELAY_MS);
  }
}
