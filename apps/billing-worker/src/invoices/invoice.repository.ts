import type { Order } from '@m2m/orders-contract';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { InvoiceEntity, type InvoiceStatus } from './invoice.entity.js';

/** What is still to be reported. */
export interface Backlog {
  readonly count: number;
  /** When the oldest was made; null if there is none. */
  readonly oldest: Date | null;
}

/** Keeps the invoices. */
@Injectable()
export class InvoiceRepository {
  constructor(
    @InjectRepository(InvoiceEntity) private readonly invoices: Repository<InvoiceEntity>,
  ) {}

  /**
   * Makes an invoice for each order that has none.
   *
   * @returns how many were made.
   */
  async issueFor(orders: readonly Order[], now: Date): Promise<number> {
    if (orders.length === 0) return 0;
    const result = await this.invoices
      .createQueryBuilder()
      .insert()
      .values(orders.map((order) => invoiceFor(order, now)))
      .orIgnore()
      .returning('id')
      .execute();
    return (result.raw as unknown[]).length;
  }

  /** Up to `limit` invoices that have still to be reported, oldest first, after the given one. */
  async unreported(afterId: string | undefined, limit: number): Promise<InvoiceEntity[]> {
    return this.invoices.find({
      where: { status: 'issued', ...(afterId !== undefined && { id: MoreThan(afterId) }) },
      order: { id: 'ASC' },
      take: limit,
    });
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
   * Records how a report ended. One that another worker has recorded already stays as it is.
   *
   * @returns whether it was this one that did.
   */
  async settle(id: string, outcome: InvoiceOutcome, now: Date): Promise<boolean> {
    const change = { ...outcome, settledAt: now };
    const { affected } = await this.invoices.update({ id, status: 'issued' }, change);
    return affected === 1;
  }

  async countByStatus(): Promise<ReadonlyMap<InvoiceStatus, number>> {
    const rows: { status: InvoiceStatus; count: string }[] = await this.invoices
      .createQueryBuilder('invoice')
      .select('invoice.status', 'status')
      .addSelect('count(*)', 'count')
      .groupBy('invoice.status')
      .getRawMany();
    return new Map(rows.map(({ status, count }) => [status, Number(count)]));
  }
}

/** How the report of an invoice ended. */
export type InvoiceOutcome =
  { readonly status: 'acknowledged' } | { readonly status: 'failed'; readonly failure: string };

function invoiceFor(order: Order, now: Date): Partial<InvoiceEntity> {
  return {
    id: uuidv7(),
    orderId: order.id,
    lines: order.lines,
    currency: order.currency,
    amount: order.total,
    status: 'issued',
    issuedAt: now,
  };
}
