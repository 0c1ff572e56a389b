import { performance } from 'node:perf_hooks';
import { duration } from './duration.mjs';
import { styler } from './style.mjs';

/** A pipe hears about a step that is still running only after this long, a terminal at once. */
const QUIET_MS = 5_000;
const REFRESH_MS = 1_000;
const CLEAR_LINE = '\r\u001b[2K';

/**
 * @typedef {object} OutputStream
 * @property {boolean} [isTTY]
 * @property {(text: string) => unknown} write
 */

/**
 * Prints one line for each step of a longer procedure, with the time it took. In a terminal the line
 * of the running step counts its seconds; in a pipe there are only finished lines and no control
 * characters.
 */
export class StepReporter {
  /** @type {OutputStream} */
  #stream;
  /** @type {ReturnType<typeof styler>} */
  #style;
  /** @type {(() => string) | undefined} */
  #unfinishedLine;

  /** @param {OutputStream} stream */
  constructor(stream = process.stdout) {
    this.#stream = stream;
    this.#style = styler(stream);
  }

  /**
   * Runs `work` as one step, shown as `doing` while it runs and as `done` once it has succeeded.
   *
   * @template T
   * @param {string} doing
   * @param {string} done
   * @param {() => T | Promise<T>} work
   * @returns {Promise<T>}
   */
  async step(doing, done, work) {
    const started = performance.now();
    const elapsed = () => duration(performance.now() - started);
    const stopShowing = this.#showRunning(() => `  … ${doing}  ${this.#style('dim', elapsed())}`);
    try {
      const result = await work();
      stopShowing();
      this.line(`  ${this.#style('green', '✓')} ${done}  ${this.#style('dim', elapsed())}`);
      return result;
    } catch (error) {
      stopShowing();
      this.line(`  ${this.#style('red', '✗')} ${doing}  ${this.#style('dim', elapsed())}`);
      throw error;
    }
  }

  /**
   * Prints one whole line; the line of a running step, if there is one, is kept below it.
   *
   * @param {string} text
   */
  line(text) {
    if (this.#unfinishedLine === undefined) {
      this.#stream.write(`${text}\n`);
      return;
    }
    this.#stream.write(`${CLEAR_LINE}${text}\n${this.#unfinishedLine()}`);
  }

  /** @param {() => string} currentLine */
  #showRunning(currentLine) {
    return this.#stream.isTTY === true
      ? this.#keepLineFresh(currentLine)
      : this.#announceIfLong(currentLine);
  }

  /** @param {() => string} currentLine */
  #keepLineFresh(currentLine) {
    this.#unfinishedLine = currentLine;
    this.#stream.write(currentLine());
    const timer = globalThis.setInterval(
      () => this.#stream.write(`\r${currentLine()}`),
      REFRESH_MS,
    );
    return () => {
      globalThis.clearInterval(timer);
      this.#unfinishedLine = undefined;
      this.#stream.write(CLEAR_LINE);
    };
  }

  /** @param {() => string} currentLine */
  #announceIfLong(currentLine) {
    const timer = globalThis.setTimeout(() => this.line(currentLine()), QUIET_MS);
    return () => globalThis.clearTimeout(timer);
  }
}
