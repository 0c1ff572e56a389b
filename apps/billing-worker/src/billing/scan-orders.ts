import { EventLogger, jobFailed } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import { OrdersApiUnavailableError } from '../orders/orders-api.errors.js';
import { BillingMetrics } from './billing.metrics.js';
import { BillingRun } from './billing.run.js';
import { LastRun } from './last-run.js';

/** How a billing run ended. */
export interface ScanOutcome {
  /** Why it did not come to its end; undefined if it did. */
  readonly failure?: string;
  /** For how many milliseconds the orders API has asked to be left alone. */
  readonly leaveAloneMs: number;
}

/** A billing run as a job: it tells how it went, and does not throw. */
@Injectable()
export class ScanOrders {
  constructor(
    private readonly billing: BillingRun,
    private readonly lastRun: LastRun,
    private readonly logger: EventLogger,
    private readonly metrics: BillingMetrics,
  ) {}

  /**
   * @param stop ends it early.
   * @param onInvoiced is called when there are invoices to report.
   */
  async scan(stop: AbortSignal, onInvoiced: () => void): Promise<ScanOutcome> {
    const started = performance.now();
    const durationMs = () => Math.round(performance.now() - started);
    try {
      const { oldestPendingAt, ...counts } = await this.billing.run(stop, onInvoiced);
      await this.lastRun.record(new Date(), oldestPendingAt);
      this.metrics.runEnded('success', durationMs() / 1_000);
      const message = 'looked through the pending orders';
      this.logger.info('billing.run', message, { ...counts, duration_ms: durationMs() });
      return { leaveAloneMs: 0 };
    } catch (error) {
      if (stop.aborted) {
        const message = 'it was stopped before it had looked through all pending orders';
        this.logger.info('billing.run.stopped', message, { duration_ms: durationMs() });
        return { failure: message, leaveAloneMs: 0 };
      }
      jobFailed(error);
      this.metrics.runEnded('failure', durationMs() / 1_000);
      const failure = error instanceof Error ? error.message : String(error);
      this.logger.error('billing.run.failed', failure, { duration_ms: durationMs() });
      return { failure, leaveAloneMs: leaveAloneAfter(error) };
    }
  }
}

function leaveAloneAfter(error: unknown): number {
  return error instanceof OrdersApiUnavailableError ? (error.retryAfterMs ?? 0) : 0;
}
