import { jobFailed, runJob } from '@m2m/service-defaults';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { Sweeper } from './sweeper.js';

/** Sweeps every now and then, and lets the batch at hand end before the application does. */
export class SweepScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private readonly stop = new AbortController();

  constructor(
    private readonly sweeper: Pick<Sweeper, 'sweep'>,
    private readonly intervalSeconds: number,
  ) {}

  onApplicationBootstrap(): void {
    this.scheduleNext();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    clearTimeout(this.timer);
    await this.running;
  }

  private scheduleNext(): void {
    if (this.stop.signal.aborted) return;
    // Not all replicas at the same moment.
    const waitMs = this.intervalSeconds * 1_000 * (0.8 + Math.random() * 0.2);
    this.timer = setTimeout(() => {
      this.running = runJob('sweep', () => this.sweep()).then(() => this.scheduleNext());
    }, waitMs);
    this.timer.unref();
  }

  private async sweep(): Promise<void> {
    const outcome = await this.sweeper.sweep(this.stop.signal);
    if (outcome === 'failed') jobFailed(outcome);
  }
}
