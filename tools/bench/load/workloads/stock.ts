import type { RequestSource } from './workload.ts';

/** More than are used in a round. */
const FULL = 4_000;

/** Requests that can be sent once only: made before the load, and during it only if they run out. */
export class Stock implements RequestSource {
  readonly #make: () => string;
  #requests: string[] = [];
  #next = 0;

  constructor(make: () => string) {
    this.#make = make;
  }

  prepare(): void {
    this.#requests = this.#requests.slice(this.#next);
    this.#next = 0;
    while (this.#requests.length < FULL) this.#requests.push(this.#make());
  }

  /** The oldest first, for they do not last. */
  next(): string {
    return this.#requests[this.#next++] ?? this.#make();
  }
}
