import type { OrderPage, OrderQuery } from '@m2m/orders-contract';
import { Injectable } from '@nestjs/common';
import { cursorAfter, orderBefore } from './cursor.js';
import { representOrder } from './order-representation.js';
import { OrderRepository } from './order.repository.js';

/** Lists orders in pages that cost the same however many orders there are. */
@Injectable()
export class ListOrders {
  constructor(private readonly orders: OrderRepository) {}

  async page({ status, limit, cursor }: OrderQuery): Promise<OrderPage> {
    const afterId = cursor === undefined ? undefined : orderBefore(cursor);
    // One more than asked for tells whether there is another page.
    const found = await this.orders.list(status, afterId, limit + 1);
    const items = found.slice(0, limit).map(representOrder);
    const last = items.at(-1);
    return { items, nextCursor: found.length > limit && last ? cursorAfter(last.id) : null };
  }
}
