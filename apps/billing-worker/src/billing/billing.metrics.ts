import { Metrics, type BoundedCounter, type Counter, type Histogram } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import { PgBoss } from 'pg-boss';
import { InvoiceRepository, type SettledStatus } from '../invoices/invoice.repository.js';
import { jobQueues } from '../jobs/job-queues.js';
import { LastRun } from './last-run.js';

/** A scrape may cost no more than this many entries of an index, however many invoices wait. */
const COUNTED_AT_MOST = 10_000;

/** Counts what billing does, and shows what it still has to do. */
@Injectable()
export class BillingMetrics {
  readonly ordersSeen: Counter;
  readonly invoicesIssued: Counter;
  readonly invoicesSettled: BoundedCounter<SettledStatus>;
  private readonly runs: BoundedCounter<'success' | 'failure'>;
  private readonly runDuration: Histogram;

  constructor(metrics: Metrics, invoices: InvoiceRepository, lastRun: LastRun, jobs: PgBoss) {
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
      help: 'Invoices whose report has ended for good, by how.',
      label: 'status',
      values: ['acknowledged', 'voided', 'failed'],
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
    showOldestPendingOrder(metrics, lastRun);
    showQueues(metrics, jobs);
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
    read: async () => secondsSince((await backlog()).oldest),
  });
}

function showOldestPendingOrder(metrics: Metrics, lastRun: LastRun): void {
  metrics.gauge({
    name: 'billing_oldest_pending_order_age_seconds',
    help: 'Time since the oldest order was placed that the last run found pending; 0 if there was none.',
    read: async () => secondsSince((await lastRun.read())?.oldestPendingAt),
  });
}

function showQueues(metrics: Metrics, jobs: PgBoss): void {
  metrics.gaugeBy({
    name: 'billing_queue_jobs',
    help: 'Jobs that wait or are at work, by queue, as pg-boss has last counted them.',
    label: 'queue',
    read: async () => {
      const queues = await jobs.getQueues(jobQueues.map(({ name }) => name));
      return Object.fromEntries(
        queues.map(({ name, queuedCount, activeCount }) => [name, queuedCount + activeCount]),
      );
    },
  });
}

function secondsSince(time: Date | null | undefined): number {
  return time ? Math.max(0, Date.now() - time.getTime()) / 1_000 : 0;
}
