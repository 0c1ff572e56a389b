import type { Billing, OrderQuery } from '@m2m/orders-contract';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { OrderEntity } from './order.entity.js';

/** The orders that wait to be billed. */
export interface PendingOrders {
  readonly count: number;
  /** When the oldest was placed; null if there is none. */
  readonly oldest: Date | null;
}

/** Reads and changes orders. */
@Injectable()
export class OrderRepository {
  constructor(@InjectRepository(OrderEntity) private readonly orders: Repository<OrderEntity>) {}

  async find(id: string): Promise<OrderEntity | null> {
    return this.orders.findOneBy({ id });
  }

  /** Up to `limit` orders, oldest first, that come after the given one. */
  async list(
    status: OrderQuery['status'],
    afterId: string | undefined,
    limit: number,
  ): Promise<OrderEntity[]> {
    return this.orders.find({
      where: {
        ...(status !== undefined && { status }),
        ...(afterId !== undefined && { id: MoreThan(afterId) }),
      },
      order: { id: 'ASC' },
      take: limit,
    });
  }

  /** How many orders are pending, counted up to a limit. Read from the index of pending orders alone, not from all orders. */
  async pending(limit: number): Promise<PendingOrders> {
    const [row] = await this.orders.query<[PendingOrders]>(
      `SELECT
         (SELECT count(*)::int FROM
           (SELECT FROM customer_order WHERE status = 'pending' LIMIT $1) AS counted) AS count,
         (SELECT created_at FROM customer_order
           WHERE status = 'pending' ORDER BY id LIMIT 1) AS oldest`,
      [limit],
    );
    return row;
  }

  /**
   * Marks an order as billed if it is pending and this is its total: of two invoices that arrive at once, one
   * wins. One statement, as this is what the API does most.
   *
   * @returns the order if this invoice did.
   */
  async markBilled(id: string, billing: Billing): Promise<OrderEntity | undefined> {
    const { invoiceId, amount, currency } = billing;
    // PostgreSQL knows neither all offsets nor all fractions that ISO 8601 does.
    const billedAt = new Date(billing.billedAt).toISOString();
    const [[order]] = await this.orders.query<[OrderEntity[], number]>(
      `UPDATE customer_order SET status = 'billed', invoice_id = $2, billed_at = $5
       WHERE id = $1 AND status = 'pending' AND total = $3 AND currency = $4
       RETURNING id, customer_id AS "customerId", lines, currency, total, status,
         created_at AS "createdAt", invoice_id AS "invoiceId", billed_at AS "billedAt"`,
      [id, invoiceId, amount, currency, billedAt],
    );
    return order;
  }
}
