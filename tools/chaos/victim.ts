import type { ProcessName } from '../local-system/apps.ts';
import type { ChaosSystem } from './chaos-system.ts';

/** A process of the system that is killed again and again, and started each time. */
export class Victim {
  readonly name: ProcessName;
  readonly #system: ChaosSystem;
  readonly #onDeath: (diedAt: Date) => void;
  readonly #signal: AbortSignal;
  #life = 0;
  #start: Promise<void> = Promise.resolve();

  /**
   * @param onDeath is told each time when it has ended.
   * @param signal leaves it dead from now on.
   */
  constructor(
    name: ProcessName,
    system: ChaosSystem,
    onDeath: (diedAt: Date) => void,
    signal: AbortSignal,
  ) {
    this.name = name;
    this.#system = system;
    this.#onDeath = onDeath;
    this.#signal = signal;
  }

  /** Starts it, again and again if it ends by itself, as for want of a database. */
  begin(): void {
    this.#start = this.#startUntilReady(this.#life);
  }

  /**
   * Kills it before anything else can happen, and has it started again.
   *
   * @returns whether it was there to be killed.
   */
  kill(): boolean {
    if (this.#system.local.pid(this.name) === undefined) return false;
    this.#life += 1;
    const ended = this.#system.local.fell(this.name);
    this.#start = this.#startAgain(this.#life, ended, this.#start);
    return true;
  }

  /** Resolves when it is ready, however often it is killed meanwhile. */
  async untilReady(): Promise<void> {
    for (let start: unknown; start !== this.#start;) {
      start = this.#start;
      await this.#start;
    }
  }

  async #startAgain(life: number, ended: Promise<void>, earlier: Promise<void>): Promise<void> {
    await ended;
    this.#onDeath(new Date());
    await earlier;
    await this.#startUntilReady(life);
  }

  async #startUntilReady(life: number): Promise<void> {
    while (this.#life === life && !this.#signal.aborted) {
      try {
        await this.#system.local.start(this.name);
        return;
      } catch {
        // It was killed, or has ended by itself.
      }
    }
  }
}
