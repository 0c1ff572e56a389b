import type { LogTail } from './log-tail.ts';
import { parseFlowEvent } from './flow-event.ts';
import type { Flow } from './flow.ts';

const POLL_MS = 150;

/** Reads the apps' logs as they grow and prints the flow that they tell. */
export class FlowWatch {
  readonly #tails: readonly LogTail[];
  readonly #flow: Flow;
  readonly #print: (line: string) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(tails: readonly LogTail[], flow: Flow, print: (line: string) => void) {
    this.#tails = tails;
    this.#flow = flow;
    this.#print = print;
  }

  start(): void {
    this.#timer = setInterval(() => this.catchUp(), POLL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.catchUp();
  }

  /** Prints what the logs tell up to now. */
  catchUp(): void {
    const events = this.#tails
      .flatMap((tail) => tail.read())
      .map((line) => parseFlowEvent(line))
      .filter((event) => event !== undefined);
    // Each log is in order; among them, time is what orders them.
    events.sort((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)));
    for (const event of events) this.#flow.tell(event).forEach(this.#print);
  }
}
