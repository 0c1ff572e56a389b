import type { Surroundings } from './surroundings.ts';

/** What a command has done: one JSON document for programs, or text for people. */
export class Report {
  readonly #asJson: boolean;
  readonly #surroundings: Surroundings;

  constructor(asJson: boolean, surroundings: Surroundings) {
    this.#asJson = asJson;
    this.#surroundings = surroundings;
  }

  /** @param text of the same, for people; made only if it is they who read it. */
  show(document: object, text: () => string): void {
    const output = this.#asJson ? JSON.stringify(document, null, 2) : text();
    this.#surroundings.stdout.write(`${output}\n`);
  }
}
