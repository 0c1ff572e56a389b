import type { OrderQuery } from '@m2m/orders-contract';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { IsNull, MoreThan, Repository } from 'typeorm';
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
   * Marks an order as billed if it is still pending: of two invoices that arrive at once, one wins.
   *
   * @returns whether this invoice did.
   */
  async markBilled(id: string, invoiceId: string, billedAt: Date): Promise<boolean> {
    const { affected } = await this.orders.update(
      { id, status: 'pending', invoiceId: IsNull() },
      { status: 'billed', invoiceId, billedAt },
    );
    return affected === 1;
  }
}
