import { Controller, Get, Header } from '@nestjs/common';
import { InvoiceRepository } from '../invoices/invoice.repository.js';
import { LastRun } from './last-run.js';

/** How billing stands. */
export interface BillingSummary {
  readonly invoices: number;
  readonly acknowledged: number;
  /** What waits for a person: invoices that could not be reported, and orders of which none can be made. */
  readonly failed: number;
  /** When billing last looked through all pending orders; null before the first time. */
  readonly lastRunAt: string | null;
}

@Controller('billing')
export class BillingSummaryController {
  constructor(
    private readonly invoices: InvoiceRepository,
    private readonly lastRun: LastRun,
  ) {}

  @Get('summary')
  @Header('cache-control', 'no-store')
  async summary(): Promise<BillingSummary> {
    const [counts, lastRun] = await Promise.all([this.invoices.counts(), this.lastRun.read()]);
    const { issued, acknowledged, voided, failed, refusedOrders } = counts;
    return {
      invoices: issued + acknowledged + voided + failed,
      acknowledged,
      failed: failed + refusedOrders,
      lastRunAt: lastRun?.endedAt.toISOString() ?? null,
    };
  }
}
