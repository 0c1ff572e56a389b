import type { Passage } from './passage.ts';

/** Counts what the worker asks of the API. */
export class PassageCounts {
  readonly #requests = new Map<string, number>();

  count({ line, moment, what }: Passage): void {
    if (line !== 'orders-api' || moment !== 'before') return;
    const method = what.slice(0, what.indexOf(' '));
    this.#requests.set(method, this.requests(method) + 1);
  }

  requests(method: string): number {
    return this.#requests.get(method) ?? 0;
  }
}
