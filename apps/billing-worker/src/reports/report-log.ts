import { EventLogger } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import { BillingMetrics } from '../billing/billing.metrics.js';
import type { SettledStatus, Settlement } from '../invoices/invoice.repository.js';
import type { ReportOutcome } from './report-outcome.js';

/** Tells what became of reports, in the log and in metrics. */
@Injectable()
export class ReportLog {
  constructor(
    private readonly logger: EventLogger,
    private readonly metrics: BillingMetrics,
  ) {}

  /** Counts what this worker has settled, and no other before it: the sum over all workers is right. */
  settled(statuses: readonly SettledStatus[]): void {
    for (const status of statuses) this.metrics.invoicesSettled.inc(status);
  }

  tell(outcomes: readonly ReportOutcome[], durationMs: number): void {
    for (const outcome of outcomes) {
      if (outcome.kind === 'settled') this.tellOfPeoplesWork(outcome.settlement);
    }
    this.tellOfNoAccess(outcomes);
    this.tellOfRetries(outcomes);
    this.logger.info('billing.reports', 'reported invoices', {
      acknowledged: countOf(outcomes, 'acknowledged'),
      voided: countOf(outcomes, 'voided'),
      failed: countOf(outcomes, 'failed'),
      postponed: outcomes.filter(({ kind }) => kind !== 'settled').length,
      duration_ms: Math.round(durationMs),
    });
  }

  private tellOfPeoplesWork(settlement: Settlement): void {
    const { id: invoice_id, status } = settlement;
    if (status === 'voided') {
      this.logger.warn('invoice.voided', 'the order has been cancelled', { invoice_id });
    } else if (status === 'failed') {
      const message = 'the invoice could not be reported: a person has to look';
      this.logger.error('invoice.failed', message, { invoice_id, reason: settlement.failure });
    }
  }

  private tellOfNoAccess(outcomes: readonly ReportOutcome[]): void {
    const refusal = outcomes.find((outcome) => outcome.kind === 'no_access');
    if (!refusal) return;
    this.logger.error(
      'billing.no_access',
      `no invoice is reported until the worker has access again, none is lost: ${refusal.reason}`,
    );
  }

  private tellOfRetries(outcomes: readonly ReportOutcome[]): void {
    const retries = outcomes.filter((outcome) => outcome.kind === 'retry');
    const [first] = retries;
    if (!first) return;
    const message = `reports are tried again: ${first.reason}`;
    this.logger.warn('billing.reports.retried', message, { count: retries.length });
  }
}

function countOf(outcomes: readonly ReportOutcome[], status: SettledStatus): number {
  return outcomes.filter(
    (outcome) => outcome.kind === 'settled' && outcome.settlement.status === status,
  ).length;
}
