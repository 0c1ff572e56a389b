import { createRequestContext, EventLogger, runInRequestContext } from '@m2m/service-defaults';
import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { BillingSettings } from '../billing-settings.js';
import { BillingRun } from './billing.run.js';
import { LastRun } from './last-run.js';

/** Runs the billing at once and then again and again, one run after the other. */
@Injectable()
export class BillingScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly billing: BillingRun,
    private readonly lastRun: LastRun,
    private readonly settings: BillingSettings,
    private readonly logger: EventLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.runAndScheduleNext();
  }

  /** The run at hand is finished, so that nothing is left half-done without need. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private runAndScheduleNext(): void {
    this.running = runInRequestContext(createRequestContext(), () => this.runAndReport()).then(
      () => {
        if (this.stopped) return;
        this.timer = setTimeout(
          () => this.runAndScheduleNext(),
          this.settings.intervalSeconds * 1_000,
        );
      },
    );
  }

  private async runAndReport(): Promise<void> {
    const started = performance.now();
    const duration = () => ({ duration_ms: Math.round(performance.now() - started) });
    try {
      const result = await this.billing.run();
      await this.lastRun.record(new Date());
      this.logger.info('billing.run', 'billed the pending orders', { ...result, ...duration() });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.logger.error('billing.run.failed', message, duration());
    }
  }
}
