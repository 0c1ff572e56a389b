import type { Billing } from '@m2m/orders-contract';
import { EventLogger } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import pMap from 'p-map';
import type { InvoiceEntity } from '../invoices/invoice.entity.js';
import { InvoiceRepository, type InvoiceOutcome } from '../invoices/invoice.repository.js';
import { OrdersApiClient } from '../orders/orders-api.client.js';
import { ReportRefusedError } from '../orders/orders-api.errors.js';
import { BillingMetrics } from './billing.metrics.js';

/** What a run did. */
export interface BillingRunResult {
  /** Pending orders that were listed. */
  readonly seen: number;
  /** Invoices that were made. */
  readonly invoiced: number;
  readonly acknowledged: number;
  readonly failed: number;
}

const REPORTS_AT_ONCE = 8;
const BATCH = 100;

/**
 * Bills all pending orders: an invoice for each in our own database first, then its report to the orders
 * API. Either step can be repeated, so that a run that ends anywhere is completed by the next one.
 */
@Injectable()
export class BillingRun {
  constructor(
    private readonly orders: OrdersApiClient,
    private readonly invoices: InvoiceRepository,
    private readonly logger: EventLogger,
    private readonly metrics: BillingMetrics,
  ) {}

  /**
   * @param stop ends the run early, between two batches.
   * @throws OrdersApiUnavailableError, TokenRequestError; what has been done until then is kept.
   */
  async run(stop: AbortSignal): Promise<BillingRunResult> {
    let total = NOTHING;
    for await (const page of this.orders.pendingOrders()) {
      this.metrics.ordersSeen.inc(page.length);
      const invoiced = await this.invoices.issueFor(page, new Date());
      this.metrics.invoicesIssued.inc(invoiced);
      total = add(total, { ...NOTHING, seen: page.length, invoiced });
      // Also those that an earlier run left, whose orders may no longer be listed as pending.
      total = add(total, await this.reportInvoices(stop));
      if (stop.aborted) break;
    }
    return total;
  }

  private async reportInvoices(stop: AbortSignal): Promise<BillingRunResult> {
    let total = NOTHING;
    let afterId: string | undefined;
    for (;;) {
      const batch = await this.invoices.unreported(afterId, BATCH);
      const results = await pMap(batch, (invoice) => this.report(invoice), {
        concurrency: REPORTS_AT_ONCE,
      });
      total = results.reduce(add, total);
      afterId = batch.at(-1)?.id;
      if (batch.length < BATCH || stop.aborted) return total;
    }
  }

  private async report(invoice: InvoiceEntity): Promise<BillingRunResult> {
    const outcome = await this.outcomeOf(invoice);
    const settledHere = await this.invoices.settle(invoice.id, outcome, new Date());
    // Two workers may report the same invoice: their sum is to be right.
    if (settledHere) this.metrics.invoicesSettled.inc(outcome.status);
    return outcome.status === 'acknowledged'
      ? { ...NOTHING, acknowledged: 1 }
      : { ...NOTHING, failed: 1 };
  }

  private async outcomeOf(invoice: InvoiceEntity): Promise<InvoiceOutcome> {
    try {
      await this.orders.reportBilling(invoice.orderId, billingOf(invoice));
      return { status: 'acknowledged' };
    } catch (error) {
      if (!(error instanceof ReportRefusedError)) throw error;
      this.logger.error('invoice.failed', error.message, {
        invoice_id: invoice.id,
        order_id: invoice.orderId,
        reason: error.code,
      });
      return { status: 'failed', failure: error.code };
    }
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

const NOTHING: BillingRunResult = { seen: 0, invoiced: 0, acknowledged: 0, failed: 0 };

function add(a: BillingRunResult, b: BillingRunResult): BillingRunResult {
  return {
    seen: a.seen + b.seen,
    invoiced: a.invoiced + b.invoiced,
    acknowledged: a.acknowledged + b.acknowledged,
    failed: a.failed + b.failed,
  };
}
