import { currentTraceparent, EventLogger } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import { PgBoss } from 'pg-boss';
import { DataSource, type EntityManager } from 'typeorm';
import { BillingSettings } from '../billing-settings.js';
import { within } from '../jobs/job-engine.js';
import { REPORT_INVOICE, type ReportData } from '../jobs/job-queues.js';
import type { ListedOrder } from '../orders/listed-order.js';
import { draftInvoice, type InvoiceDraft } from './invoice-draft.js';
import { keepRefusedOrders, type RefusedOrder } from './refused-orders.js';

/** What became of some pending orders. */
export interface Issued {
  /** Invoices that were made now. */
  readonly invoiced: number;
  /** Orders of which no invoice can be made, and which were not known as such before. */
  readonly refused: number;
}

/** Makes invoices of orders, and sees to it that each will be reported. */
@Injectable()
export class IssueInvoices {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: PgBoss,
    private readonly settings: BillingSettings,
    private readonly logger: EventLogger,
  ) {}

  /**
   * Makes an invoice for each order that has none. The invoices, their numbers and the jobs that report them
   * come to be together or not at all, so that neither a report nor a number is ever missing. An invoice that was
   * settled though its order is pending, as after a restore of the orders API's database, is reported again.
   */
  async issueFor(orders: readonly ListedOrder[]): Promise<Issued> {
    const { drafts, refused } = draft(orders);
    const { made, reopened, newlyRefused } = await this.dataSource.transaction(
      async (transaction) => {
        const made = await insert(transaction, drafts, this.settings.invoiceIssuer);
        await number(transaction, made);
        const reopened = made.length < drafts.length ? await reopen(transaction, drafts) : [];
        await this.enqueueReports(transaction, [...made, ...reopened]);
        const newlyRefused = await keepRefusedOrders(transaction, refused, drafts);
        return { made, reopened, newlyRefused };
      },
    );
    for (const invoice of reopened) this.tellReopened(invoice);
    for (const order of newlyRefused) this.tellRefused(order);
    return { invoiced: made.length, refused: newlyRefused.length };
  }

  private async enqueueReports(
    transaction: EntityManager,
    invoices: readonly { readonly id: string }[],
  ): Promise<void> {
    if (invoices.length === 0) return;
    const traceparent = currentTraceparent();
    const reports = invoices.map(({ id }) => ({
      data: { invoiceId: id, traceparent } satisfies ReportData,
      singletonKey: id,
    }));
    await this.jobs.insert(REPORT_INVOICE, reports, { db: within(transaction) });
  }

  private tellReopened({ id, orderId }: ReopenedInvoice): void {
    const message =
      'the order is pending though its invoice was acknowledged or voided: it is reported again';
    this.logger.warn('invoice.reopened', message, { invoice_id: id, order_id: orderId });
  }

  private tellRefused({ orderId, reason }: RefusedOrder): void {
    const message = 'no invoice can be made of the order';
    this.logger.error('order.refused', message, { order_id: orderId, reason });
  }
}

function draft(orders: readonly ListedOrder[]) {
  const drafts: InvoiceDraft[] = [];
  const refused: RefusedOrder[] = [];
  for (const order of orders) {
    const drafted = draftInvoice(order);
    if (typeof drafted === 'string') refused.push({ orderId: order.id, reason: drafted });
    else drafts.push(drafted);
  }
  return { drafts, refused };
}

interface MadeInvoice {
  readonly id: string;
  readonly issuer: string;
  readonly year: number;
}

/**
 * The unique index on the order decides which are new, also between workers that are at the same orders at
 * once. The order of insertion keeps those from waiting for each other in a circle. Time is the database's, which all workers share.
 */
async function insert(
  transaction: EntityManager,
  drafts: readonly InvoiceDraft[],
  issuer: string,
): Promise<MadeInvoice[]> {
  if (drafts.length === 0) return [];
  return transaction.query<MadeInvoice[]>(
    `INSERT INTO invoice (id, order_id, lines, currency, amount, status, issuer, year, issued_at)
     SELECT id, "orderId", lines, currency, amount, 'issued', $2,
       extract(year FROM now() AT TIME ZONE 'UTC'), now()
     FROM jsonb_to_recordset($1::jsonb)
       AS draft (id uuid, "orderId" uuid, lines jsonb, currency text, amount numeric)
     ORDER BY "orderId"
     ON CONFLICT (order_id) DO NOTHING
     RETURNING id, issuer, year`,
    [JSON.stringify(drafts), issuer],
  );
}

/**
 * Numbers new invoices, after it is known how many are new: a number that is taken and not used would be a
 * gap. The row of the series is locked until the transaction ends, and goes back with it.
 */
async function number(transaction: EntityManager, made: readonly MadeInvoice[]): Promise<void> {
  const [first] = made;
  if (!first) return;
  await transaction.query(
    `WITH series AS (
       INSERT INTO invoice_series AS series (issuer, year, last_number) VALUES ($1, $2, $3::int)
       ON CONFLICT (issuer, year)
         DO UPDATE SET last_number = series.last_number + EXCLUDED.last_number
       RETURNING last_number
     )
     UPDATE invoice SET number = series.last_number - $3::int + made.position
     FROM series, unnest($4::uuid[]) WITH ORDINALITY AS made (id, position)
     WHERE invoice.id = made.id`,
    [first.issuer, first.year, made.length, made.map(({ id }) => id)],
  );
}

interface ReopenedInvoice {
  readonly id: string;
  readonly orderId: string;
}

/**
 * Of orders that were listed as pending, those invoices that were acknowledged or voided before the list can have
 * been made: a call of the API takes seconds at most. An order that is cancelled all the same has its invoice voided
 * again by the report.
 */
async function reopen(
  transaction: EntityManager,
  drafts: readonly InvoiceDraft[],
): Promise<ReopenedInvoice[]> {
  const [reopened] = await transaction.query<[ReopenedInvoice[], number]>(
    `UPDATE invoice SET status = 'issued', settled_at = NULL, attempts = 0
     WHERE order_id = ANY ($1::uuid[]) AND status IN ('acknowledged', 'voided')
       AND settled_at < now() - interval '1 minute'
     RETURNING id, order_id AS "orderId"`,
    [drafts.map(({ orderId }) => orderId)],
  );
  return reopened;
}
