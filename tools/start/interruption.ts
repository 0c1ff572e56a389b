import { INTERRUPTIONS } from '../bootstrap/interruptions.mjs';

/** One Ctrl-C may arrive twice, from the terminal and passed on by npm. */
const SAME_INTERRUPTION_MS = 500;

/**
 * Turns requests to stop into one abort signal, with the system signal's name as its reason. Who
 * insists is served at once.
 */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #insist: () => void;
  readonly #now: () => number;
  #requestedAt: number | undefined;

  constructor(insist: () => void, now: () => number = () => performance.now()) {
    this.#insist = insist;
    this.#now = now;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Listens to this process's signals, and to the loss of its terminal or of who started it. */
  listen(): void {
    for (const name of INTERRUPTIONS) process.on(name, () => this.request(name));
    process.on('disconnect', () => this.request('SIGHUP'));
    process.channel?.unref();
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', () => this.request('SIGHUP'));
    }
  }

  request(name: NodeJS.Signals): void {
    this.#requestedAt ??= this.#now();
    if (!this.#controller.signal.aborted) this.#controller.abort(name);
    else if (this.#now() - this.#requestedAt > SAME_INTERRUPTION_MS) this.#insist();
  }
}
