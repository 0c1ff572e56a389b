import { EventLogger, runJob } from '@m2m/service-defaults';
import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { PgBoss, type Job, type JobResult } from 'pg-boss';
import { BillingSettings } from '../billing-settings.js';
import { ScanOrders } from '../billing/scan-orders.js';
import { ReportInvoices } from '../reports/report-invoices.js';
import { REPORT_INVOICE, SCAN_ORDERS, type ReportData } from './job-queues.js';
import { QueueConsumer } from './queue-consumer.js';

/** While one batch of reports waits for its last answer, another one is under way. */
const REPORT_WORKERS = 2;
const REPORTS_PER_BATCH = 50;
/** How often to look for jobs that another process has made; one's own are taken at once. */
const POLLING_SECONDS = 1;
const SIGN_OF_LIFE_SECONDS = 3;
/** A scan that failed is tried again after a second, then later and later, up to this or to the interval. */
const LONGEST_RETRY_SECONDS = 60;
/** How long work at hand may take to end when the service is stopped; what is left then, another worker takes. */
const SHUTDOWN_MS = 20_000;

const SCANNING = {
  pollingIntervalSeconds: POLLING_SECONDS,
  heartbeatRefreshSeconds: SIGN_OF_LIFE_SECONDS,
  perJobResults: true,
} as const;

const REPORTING = {
  ...SCANNING,
  batchSize: REPORTS_PER_BATCH,
  burstWhenBatchFull: true,
} as const;

/**
 * Does this process' share of the jobs: it sees to it that in each interval one worker of all looks through the
 * pending orders, and reports invoices.
 */
@Injectable()
export class JobWorkers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stop = new AbortController();
  private readonly scans: QueueConsumer;
  private readonly reports: QueueConsumer;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly jobs: PgBoss,
    private readonly scanOrders: ScanOrders,
    private readonly reportInvoices: ReportInvoices,
    private readonly settings: BillingSettings,
    private readonly logger: EventLogger,
  ) {
    this.scans = new QueueConsumer(jobs, SCAN_ORDERS, 1, () =>
      jobs.work(SCAN_ORDERS, SCANNING, (batch: Job[]) =>
        runJob('billing run', () => this.scan(batch)),
      ),
    );
    this.reports = new QueueConsumer(jobs, REPORT_INVOICE, REPORT_WORKERS, () =>
      jobs.work(REPORT_INVOICE, REPORTING, (batch: Job<ReportData>[]) =>
        // A batch may have jobs of several runs; it is told in the trace of the first one.
        runJob('invoice reports', () => this.report(batch), batch[0]?.data.traceparent),
      ),
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.reports.start();
    await this.scans.start();
    await this.requestScan();
    this.timer = setInterval(() => void this.requestScan(), this.settings.intervalSeconds * 1_000);
  }

  /** What is at hand is finished, so that nothing is left half-done without need. */
  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    this.stop.abort();
    this.scans.end();
    this.reports.end();
    await this.jobs.stop({ timeout: SHUTDOWN_MS });
  }

  /** Every process asks for a scan in each interval; by the database's clock, there will be one. */
  private async requestScan(): Promise<void> {
    const { intervalSeconds } = this.settings;
    const options = {
      singletonSeconds: intervalSeconds,
      retryBackoff: true,
      retryDelay: 1,
      retryDelayMax: Math.min(intervalSeconds, LONGEST_RETRY_SECONDS),
    };
    try {
      if (await this.jobs.send(SCAN_ORDERS, null, options)) this.scans.wake();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.logger.error('billing.run.failed', `it could not be scheduled: ${message}`);
    }
  }

  private async scan(batch: readonly Job[]): Promise<JobResult[]> {
    const stop = AbortSignal.any([this.stop.signal, anothersTurn(batch)]);
    const { failure, leaveAloneMs } = await this.scanOrders.scan(stop, () => this.reports.wake());
    this.scans.pause(leaveAloneMs);
    this.reports.pause(leaveAloneMs);
    return batch.map(({ id }) =>
      failure === undefined
        ? { id, status: 'completed' }
        : { id, status: 'failed', output: { reason: failure } },
    );
  }

  private async report(batch: readonly Job<ReportData>[]): Promise<JobResult[]> {
    const { results, pauseMs, leaveAloneMs } = await this.reportInvoices.report(
      batch,
      this.stop.signal,
      anothersTurn(batch),
    );
    this.reports.pause(pauseMs);
    this.scans.pause(leaveAloneMs);
    return results;
  }
}

/** Given when a batch has taken too long, and its jobs are another worker's to take. */
function anothersTurn(batch: readonly Job[]): AbortSignal {
  return AbortSignal.any(batch.map(({ signal }) => signal));
}
