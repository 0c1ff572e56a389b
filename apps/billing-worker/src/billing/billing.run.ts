import { Injectable } from '@nestjs/common';
import { IssueInvoices } from '../invoices/issue-invoices.js';
import type { ListedOrder } from '../orders/listed-order.js';
import { OrdersApiClient } from '../orders/orders-api.client.js';
import { BillingMetrics } from './billing.metrics.js';

/** What a run did. */
export interface BillingRunResult {
  /** Pending orders that were listed. */
  readonly seen: number;
  /** Invoices that were made. */
  readonly invoiced: number;
  /** Orders of which no invoice can be made, and which were not known as such before. */
  readonly refused: number;
  /** When the oldest pending order was placed; null if there was none. */
  readonly oldestPendingAt: Date | null;
}

/** Looks through all pending orders and makes an invoice of each that has none. Can be ended anywhere and repeated. */
@Injectable()
export class BillingRun {
  constructor(
    private readonly orders: OrdersApiClient,
    private readonly invoices: IssueInvoices,
    private readonly metrics: BillingMetrics,
  ) {}

  /**
   * @param stop ends the run early, between two pages, by its reason.
   * @param onInvoiced is called when there are invoices to report.
   * @throws OrdersApiUnavailableError; what has been done until then is kept.
   */
  async run(stop: AbortSignal, onInvoiced: () => void): Promise<BillingRunResult> {
    let total: BillingRunResult = { seen: 0, invoiced: 0, refused: 0, oldestPendingAt: null };
    for await (const page of this.orders.pendingOrders(stop)) {
      const { invoiced, refused } = await this.invoices.issueFor(page);
      if (invoiced > 0) onInvoiced();
      this.metrics.ordersSeen.inc(page.length);
      this.metrics.invoicesIssued.inc(invoiced);
      total = {
        seen: total.seen + page.length,
        invoiced: total.invoiced + invoiced,
        refused: total.refused + refused,
        oldestPendingAt: total.oldestPendingAt ?? placedAt(page[0]),
      };
    }
    return total;
  }
}

function placedAt(order: ListedOrder | undefined): Date | null {
  return order && 'createdAt' in order ? new Date(order.createdAt) : null;
}
