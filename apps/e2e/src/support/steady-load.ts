/** Does something at a steady pace, however long each time takes, and keeps what goes wrong. */
export class SteadyLoad {
  /** How often it was done, and how often without a failure. */
  started = 0;
  succeeded = 0;
  /** What was thrown, as text. */
  readonly failures: string[] = [];
  private readonly running = new Set<Promise<void>>();
  private timer: NodeJS.Timeout | undefined;

  private constructor(private readonly act: () => Promise<void>) {}

  static start(timesPerSecond: number, act: () => Promise<void>): SteadyLoad {
    const load = new SteadyLoad(act);
    load.timer = setInterval(() => load.begin(), 1_000 / timesPerSecond);
    return load;
  }

  /** Begins nothing more, and waits for what has begun. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.running);
  }

  private begin(): void {
    this.started += 1;
    const turn = this.act().then(
      () => void (this.succeeded += 1),
      (error: unknown) => void this.failures.push(String(error)),
    );
    this.running.add(turn);
    void turn.then(() => this.running.delete(turn));
  }
}
