import { Controller, Get, Header } from '@nestjs/common';
import { InvoiceRepository } from '../invoices/invoice.repository.js';
import { LastRun } from './last-run.js';

/** How billing stands. */
export interface BillingSummary {
  readonly invoices: number;
  readonly acknowledged: number;
  readonly failed: number;
  /** When billing last ran to its end; null before the first time. */
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
    const [counts, endedAt] = await Promise.all([
      this.invoices.countByStatus(),
      this.lastRun.endedAt(),
    ]);
    return {
      invoices: [...counts.values()].reduce((sum, count) => sum + count, 0),
      acknowledged: counts.get('acknowledged') ?? 0,
      failed: counts.get('failed') ?? 0,
      lastRunAt: endedAt?.toISOString() ?? null,
    };
  }
}
