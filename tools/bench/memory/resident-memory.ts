import { residentMb } from '../machine/process-usage.ts';

const INTERVAL_MS = 200;

/** Watches how much memory a process has (RSS). */
export class ResidentMemory {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  #peak = 0;

  constructor(pid: number) {
    this.#pid = pid;
    this.#timer = setInterval(() => this.#look(), INTERVAL_MS);
  }

  /** The most since the last time, in MB. */
  peakAndReset(): number {
    this.#look();
    const peak = this.#peak;
    this.#peak = 0;
    return peak;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.#peak = Math.max(this.#peak, residentMb(this.#pid));
  }
}
