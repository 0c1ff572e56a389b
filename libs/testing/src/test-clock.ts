/** A clock that goes only when it is told to. */
export class TestClock {
  /** @param time milliseconds since the epoch; by default a round moment of no importance. */
  constructor(private time = Date.UTC(2030, 0, 1)) {}

  /** Milliseconds since the epoch. Bound, so that it can be handed over as a function. */
  readonly now = (): number => this.time;

  advance({ seconds }: { seconds: number }): void {
    this.time += seconds * 1_000;
  }
}
