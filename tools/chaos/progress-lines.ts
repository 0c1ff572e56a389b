import { readBilledCount } from './books.ts';
import type { DatabaseUrls } from './books.ts';
import type { Progress } from './chaos-run.ts';
import { progressText } from './outcome-text.ts';

const INTERVAL_MS = 10_000;

/** Tells every now and then how a run goes. */
export class ProgressLines {
  readonly #urls: DatabaseUrls;
  readonly #print: (line: string) => void;
  #toldAt = performance.now();
  #billed = 0;

  constructor(urls: DatabaseUrls, print: (line: string) => void) {
    this.#urls = urls;
    this.#print = print;
  }

  tell(progress: Progress): void {
    if (performance.now() - this.#toldAt < INTERVAL_MS) return;
    this.#toldAt = performance.now();
    void this.#tell(progress);
  }

  async #tell(progress: Progress): Promise<void> {
    // While the database is away, the last known number has to do.
    this.#billed = await readBilledCount(this.#urls).catch(() => this.#billed);
    this.#print(`  ${progressText(progress)}, ${this.#billed} billed`);
  }
}
