import type { Db, PgBoss } from 'pg-boss';
import type { DataSource, EntityManager } from 'typeorm';
import type { RefusedOrder } from '../invoices/refused-orders.js';
import { within } from '../jobs/job-engine.js';
import { FAILED_REPORTS, REPORT_INVOICE, type ReportData } from '../jobs/job-queues.js';

/** An invoice that could not be reported. */
export interface FailedInvoice {
  readonly id: string;
  /** Such as `INV-2026-17`. */
  readonly number: string;
  readonly orderId: string;
  readonly amount: string;
  readonly currency: string;
  /** The code of the API's answer, or of our own. */
  readonly reason: string;
  readonly issuedAt: Date;
  readonly failedAt: Date;
}

/** It is looked at again in each run. */
export interface DatedRefusedOrder extends RefusedOrder {
  readonly refusedAt: Date;
}

/** What became of the wish to report an invoice again. */
export type Retried = 'retried' | 'not_found' | 'not_failed';

const BATCH = 100;

/** What waits for a person. */
export class Failures {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: PgBoss,
  ) {}

  /** Those that have failed, oldest first, after the given one. */
  async invoices(limit: number, afterId?: string): Promise<FailedInvoice[]> {
    return this.dataSource.query<FailedInvoice[]>(
      `SELECT id, concat_ws('-', issuer, year, number) AS number, order_id AS "orderId", amount,
         currency, failure AS reason, issued_at AS "issuedAt", settled_at AS "failedAt"
       FROM invoice WHERE status = 'failed' AND ($2::uuid IS NULL OR id > $2)
       ORDER BY id LIMIT $1`,
      [limit, afterId ?? null],
    );
  }

  async refusedOrders(limit: number): Promise<DatedRefusedOrder[]> {
    return this.dataSource.query<DatedRefusedOrder[]>(
      `SELECT order_id AS "orderId", reason, refused_at AS "refusedAt"
       FROM refused_order ORDER BY order_id LIMIT $1`,
      [limit],
    );
  }

  /** Has an invoice reported again as if for the first time; its dead letter is gone. */
  async retry(id: string): Promise<Retried> {
    return this.dataSource.transaction(async (transaction) => {
      const [, reopened] = await transaction.query<[unknown, number]>(
        `UPDATE invoice SET status = 'issued', failure = NULL, settled_at = NULL, attempts = 0
         WHERE id = $1 AND status = 'failed'`,
        [id],
      );
      if (reopened === 0) return (await exists(transaction, id)) ? 'not_failed' : 'not_found';
      const db = within(transaction);
      await this.removeDeadLetters(id, db);
      const data: ReportData = { invoiceId: id };
      await this.jobs.insert(REPORT_INVOICE, [{ data, singletonKey: id }], { db });
      return 'retried';
    });
  }

  /** Has every failed invoice reported again. @returns the ids. */
  async retryAll(): Promise<string[]> {
    const retried: string[] = [];
    for (;;) {
      const failed = await this.invoices(BATCH, retried.at(-1));
      for (const { id } of failed) await this.retry(id);
      retried.push(...failed.map(({ id }) => id));
      if (failed.length < BATCH) return retried;
    }
  }

  private async removeDeadLetters(invoiceId: string, db: Db): Promise<void> {
    const letters = await this.jobs.findJobs(FAILED_REPORTS, { key: invoiceId, db });
    if (letters.length === 0) return;
    await this.jobs.deleteJob(
      FAILED_REPORTS,
      letters.map(({ id }) => id),
      { db },
    );
  }
}

async function exists(transaction: EntityManager, id: string): Promise<boolean> {
  const rows = await transaction.query<unknown[]>('SELECT FROM invoice WHERE id = $1', [id]);
  return rows.length > 0;
}
