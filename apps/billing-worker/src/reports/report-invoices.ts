import type { Billing } from '@m2m/orders-contract';
import { Injectable } from '@nestjs/common';
import pMap from 'p-map';
import type { Job, JobResult } from 'pg-boss';
import { BillingSettings } from '../billing-settings.js';
import type { InvoiceEntity } from '../invoices/invoice.entity.js';
import { InvoiceRepository } from '../invoices/invoice.repository.js';
import type { ReportData } from '../jobs/job-queues.js';
import { OrdersApiClient } from '../orders/orders-api.client.js';
import { ReportLog } from './report-log.js';
import { failed, GAVE_UP, outcomeOf, outcomeSoFar, type ReportOutcome } from './report-outcome.js';
import { leaveAloneAfter, pauseAfter, resultOf, tellsToStop } from './report-result.js';

export type ReportJob = Pick<Job<ReportData>, 'id' | 'data'>;

/** What became of a batch of reports. */
export interface ReportedBatch {
  /** An end for each job. */
  readonly results: JobResult[];
  /** For how many milliseconds nothing is to be reported; 0 to go on at once. */
  readonly pauseMs: number;
  /** For how many milliseconds the API has asked to be left alone altogether. */
  readonly leaveAloneMs: number;
}

const AT_ONCE = 8;

/**
 * Reports invoices to the orders API. One whose report was cut off, or whose answer was lost, is reported again:
 * the API takes the same invoice any number of times.
 */
@Injectable()
export class ReportInvoices {
  constructor(
    private readonly orders: OrdersApiClient,
    private readonly invoices: InvoiceRepository,
    private readonly settings: BillingSettings,
    private readonly log: ReportLog,
  ) {}

  /**
   * @param stop ends it early: what has not been sent until then is left for later.
   * @param abandon ends it at once: no answer is waited for any more.
   */
  async report(
    jobs: readonly ReportJob[],
    stop: AbortSignal,
    abandon: AbortSignal,
  ): Promise<ReportedBatch> {
    const started = performance.now();
    const invoices = await this.invoices.find(jobs.map(({ data }) => data.invoiceId));
    const gate = new AbortController();
    const closed = AbortSignal.any([stop, abandon, gate.signal]);
    const reportOne = async ({ data: { invoiceId } }: ReportJob) => {
      const outcome = await this.outcome(invoiceId, invoices.get(invoiceId), closed, abandon);
      if (tellsToStop(outcome)) gate.abort();
      return outcome;
    };
    const outcomes = await pMap(jobs, reportOne, { concurrency: AT_ONCE });
    await this.record(jobs, outcomes);
    this.log.tell(outcomes, performance.now() - started);
    return {
      results: jobs.map(({ id }, index) => resultOf(id, outcomes[index])),
      pauseMs: pauseAfter(outcomes),
      leaveAloneMs: leaveAloneAfter(outcomes),
    };
  }

  private async outcome(
    invoiceId: string,
    invoice: InvoiceEntity | undefined,
    closed: AbortSignal,
    abandon: AbortSignal,
  ): Promise<ReportOutcome> {
    if (!invoice) return failed(invoiceId, 'invoice_not_found');
    const before = outcomeSoFar(invoice);
    if (before) return before;
    if (closed.aborted) return { kind: 'postponed' };
    const outcome = await outcomeOf(invoiceId, () =>
      this.orders.reportBilling(invoice.orderId, billingOf(invoice), abandon),
    );
    const wasLast = invoice.attempts + 1 >= this.settings.reportAttempts;
    return outcome.kind === 'retry' && wasLast ? failed(invoiceId, GAVE_UP) : outcome;
  }

  private async record(
    jobs: readonly ReportJob[],
    outcomes: readonly ReportOutcome[],
  ): Promise<void> {
    const settlements = outcomes.flatMap((outcome) =>
      outcome.kind === 'settled' ? [outcome.settlement] : [],
    );
    const toRetry = jobs.filter((_job, index) => outcomes[index]?.kind === 'retry');
    await this.invoices.countAttempt(toRetry.map(({ data }) => data.invoiceId));
    this.log.settled(await this.invoices.settle(settlements));
  }
}

function billingOf(invoice: InvoiceEntity): Billing {
  return {
    invoiceId: invoice.id,
    amount: invoice.amount,
    currency: invoice.currency,
    billedAt: invoice.issuedAt.toISOString(),
  };
}
