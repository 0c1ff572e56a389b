import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, Repository } from 'typeorm';
import { InvoiceEntity, type InvoiceStatus } from './invoice.entity.js';

/** How the report of an invoice ended for good. */
export type Settlement =
  | { readonly id: string; readonly status: 'acknowledged' | 'voided' }
  | { readonly id: string; readonly status: 'failed'; readonly failure: string };

export type SettledStatus = Settlement['status'];

/** What is still to be reported. */
export interface Backlog {
  readonly count: number;
  /** When the oldest was made; null if there is none. */
  readonly oldest: Date | null;
}

/** How all invoices stand, and the orders of which none can be made. */
export interface InvoiceCounts extends Readonly<Record<InvoiceStatus, number>> {
  readonly refusedOrders: number;
}

/** Reads invoices and settles them. */
@Injectable()
export class InvoiceRepository {
  constructor(
    @InjectRepository(InvoiceEntity) private readonly invoices: Repository<InvoiceEntity>,
  ) {}

  async find(ids: readonly string[]): Promise<ReadonlyMap<string, InvoiceEntity>> {
    const found = await this.invoices.findBy({ id: In(ids) });
    return new Map(found.map((invoice) => [invoice.id, invoice]));
  }

  /**
   * Records how reports ended. An invoice that has been settled already stays as it is.
   *
   * @returns what was settled now, and not by another worker before.
   */
  async settle(settlements: readonly Settlement[]): Promise<SettledStatus[]> {
    if (settlements.length === 0) return [];
    const [rows] = await this.invoices.query<[{ status: SettledStatus }[], number]>(
      `UPDATE invoice SET status = settled.status, failure = settled.failure, settled_at = now()
       FROM jsonb_to_recordset($1::jsonb) AS settled (id uuid, status text, failure text)
       WHERE invoice.id = settled.id AND invoice.status = 'issued'
       RETURNING invoice.status`,
      [JSON.stringify(settlements)],
    );
    return rows.map(({ status }) => status);
  }

  /** Counts a failed report of each of some invoices. */
  async countAttempt(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.invoices.increment({ id: In(ids) }, 'attempts', 1);
  }

  /** How many invoices are unreported, counted up to a limit. Read from the index of those alone, not from all invoices. */
  async backlog(limit: number): Promise<Backlog> {
    const [row] = await this.invoices.query<[Backlog]>(
      `SELECT
         (SELECT count(*)::int FROM
           (SELECT FROM invoice WHERE status = 'issued' LIMIT $1) AS counted) AS count,
         (SELECT issued_at FROM invoice WHERE status = 'issued' ORDER BY id LIMIT 1) AS oldest`,
      [limit],
    );
    return row;
  }

  /**
   * Counts without looking at the invoices that are done, of which there may be millions: as numbers have no
   * gaps, the last one of each series tells how many there are.
   */
  async counts(): Promise<InvoiceCounts> {
    const [row] = await this.invoices.query<[Record<string, number>]>(
      `SELECT
         (SELECT coalesce(sum(last_number), 0)::int FROM invoice_series) AS all,
         (SELECT count(*)::int FROM invoice WHERE status = 'issued') AS issued,
         (SELECT count(*)::int FROM invoice WHERE status = 'voided') AS voided,
         (SELECT count(*)::int FROM invoice WHERE status = 'failed') AS failed,
         (SELECT count(*)::int FROM refused_order) AS refused`,
    );
    const { all = 0, issued = 0, voided = 0, failed = 0, refused: refusedOrders = 0 } = row;
    return { issued, voided, failed, refusedOrders, acknowledged: all - issued - voided - failed };
  }
}
