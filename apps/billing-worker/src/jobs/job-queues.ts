import type { Queue } from 'pg-boss';

/** Looks through the pending orders. */
export const SCAN_ORDERS = 'scan-orders';
/** Reports one invoice to the orders API. */
export const REPORT_INVOICE = 'report-invoice';
/** Dead letters: reports that only a person can help. */
export const FAILED_REPORTS = 'failed-reports';

/** The data of a job of `REPORT_INVOICE` and of `FAILED_REPORTS`. */
export interface ReportData {
  readonly invoiceId: string;
  /** Of the billing run, whose trace the report continues (W3C Trace Context 3.2). */
  readonly traceparent?: string | undefined;
}

const HOUR = 3_600;
/** Work is never thrown away for its age, which is what pg-boss does after two weeks. */
const FOR_GOOD = 10 * 365 * 24 * HOUR;
const ENDLESS = 1_000_000_000;
/** After this long without a sign of life from its worker a job is another's to take. */
const HEARTBEAT_SECONDS = 10;

/** Every queue, a dead-letter queue before the one that it belongs to. */
export const jobQueues: readonly Queue[] = [
  { name: FAILED_REPORTS, retentionSeconds: FOR_GOOD },
  {
    name: REPORT_INVOICE,
    deadLetter: FAILED_REPORTS,
    // Whether a report has failed for good is our decision, made together with the state of its invoice:
    // that its worker was killed so many times is no reason.
    retryLimit: ENDLESS,
    retryBackoff: true,
    retryDelay: 1,
    retryDelayMax: HOUR / 4,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    expireInSeconds: 300,
    retentionSeconds: FOR_GOOD,
    deleteAfterSeconds: HOUR,
  },
  {
    name: SCAN_ORDERS,
    // Queued or at work, there is one over all workers.
    policy: 'exclusive',
    // The next interval may be an hour away, and the API back in a second.
    retryLimit: ENDLESS,
    heartbeatSeconds: HEARTBEAT_SECONDS,
    expireInSeconds: HOUR,
    deleteAfterSeconds: HOUR,
  },
];
