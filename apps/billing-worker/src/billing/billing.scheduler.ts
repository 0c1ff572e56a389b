import { EventLogger, jobFailed, runJob } from '@m2m/service-defaults';
import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { BillingSettings } from '../billing-settings.js';
import { OrdersApiUnavailableError } from '../orders/orders-api.errors.js';
import { BillingMetrics } from './billing.metrics.js';
import { BillingRun } from './billing.run.js';
import { LastRun } from './last-run.js';

/** Runs the billing at once and then again and again, one run after the other. */
@Injectable()
export class BillingScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private readonly stop = new AbortController();

  constructor(
    private readonly billing: BillingRun,
    private readonly lastRun: LastRun,
    private readonly settings: BillingSettings,
    private readonly logger: EventLogger,
    private readonly metrics: BillingMetrics,
  ) {}

  onApplicationBootstrap(): void {
    this.runAndScheduleNext();
  }

  /** The batch at hand is finished, so that nothing is left half-done without need. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    clearTimeout(this.timer);
    await this.running;
  }

  private runAndScheduleNext(): void {
    this.running = runJob('billing run', () => this.runAndReport()).then((waitMs) => {
      if (this.stop.signal.aborted) return;
      this.timer = setTimeout(() => this.runAndScheduleNext(), waitMs);
    });
  }

  /** @returns for how many milliseconds to wait before the next run. */
  private async runAndReport(): Promise<number> {
    const started = performance.now();
    const duration = () => ({ duration_ms: Math.round(performance.now() - started) });
    const intervalMs = this.settings.intervalSeconds * 1_000;
    try {
      const result = await this.billing.run(this.stop.signal);
      await this.lastRun.record(new Date());
      this.metrics.runEnded('success', secondsSince(started));
      this.logger.info('billing.run', 'billed the pending orders', { ...result, ...duration() });
      return intervalMs;
    } catch (error) {
      this.metrics.runEnded('failure', secondsSince(started));
      const message = error instanceof Error ? error.message : String(error);
      jobFailed(error);
      this.logger.error('billing.run.failed', message, duration());
      return Math.max(intervalMs, retryAfterOf(error));
    }
  }
}

function secondsSince(started: number): number {
  return (performance.now() - started) / 1_000;
}

function retryAfterOf(error: unknown): number {
  return error instanceof OrdersApiUnavailableError ? (error.retryAfterMs ?? 0) : 0;
}
