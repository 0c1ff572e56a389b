import { Metrics, type BoundedCounter, type Counter, type Histogram } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import { InvoiceRepository, type InvoiceOutcome } from '../invoices/invoice.repository.js';

/** A scrape may cost no more than this many entries of an index, however many invoices wait. */
const COUNTED_AT_MOST = 10_000;

/** Counts what billing does, and shows what it still has to do. */
@Injectable()
export class BillingMetrics {
  readonly ordersSeen: Counter;
  readonly invoicesIssued: Counter;
  readonly invoicesSettled: BoundedCounter<InvoiceOutcome['status']>;
  private readonly runs: BoundedCounter<'success' | 'failure'>;
  private readonly runDuration: Histogram;

  constructor(metrics: Metrics, invoices: InvoiceRepository) {
    this.ordersSeen = metrics.counter({
      name: 'billing_orders_seen_total',
      help: 'Pending orders listed by billing runs.',
    });
    this.invoicesIssued = metrics.counter({
      name: 'billing_invoices_issued_total',
      help: 'Invoices made.',
    });
    this.invoicesSettled = metrics.counterBy({
      name: 'billing_invoices_settled_total',
      help: 'Invoices reported to the orders API, by its answer.',
      label: 'status',
      values: ['acknowledged', 'failed'],
    });
    this.runs = metrics.counterBy({
      name: 'billing_runs_total',
      help: 'Billing runs, by outcome.',
      label: 'outcome',
      values: ['success', 'failure'],
    });
    this.runDuration = metrics.histogram({
      name: 'billing_run_duration_seconds',
      help: 'Duration of billing runs, whatever their outcome.',
      buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300],
    });
    showBacklog(metrics, invoices);
  }

  runEnded(outcome: 'success' | 'failure', seconds: number): void {
    this.runs.inc(outcome);
    this.runDuration.observe(seconds);
  }
}

function showBacklog(metrics: Metrics, invoices: InvoiceRepository): void {
  const backlog = metrics.shared(() => invoices.backlog(COUNTED_AT_MOST));
  metrics.gauge({
    name: 'billing_invoices_unreported',
    help: `Invoices that are still to be reported, counted up to ${COUNTED_AT_MOST}.`,
    read: async () => (await backlog()).count,
  });
  metrics.gauge({
    name: 'billing_oldest_unreported_invoice_age_seconds',
    help: 'Time since the oldest unreported invoice was made; 0 if there is none.',
    read: async () => {
      const { oldest } = await backlog();
      return oldest ? (Date.now() - oldest.getTime()) / 1_000 : 0;
    },
  });
}
