import type { NewOrder, Order } from '@m2m/orders-contract';
import { Injectable } from '@nestjs/common';
import { IdempotentOperations } from '../idempotency/idempotent-operations.js';
import { createOrder } from './order.factory.js';
import { OrderEntity } from './order.entity.js';
import { OrderMetrics } from './order.metrics.js';
import { representOrder } from './order-representation.js';

/** Places an order, once for each idempotency key of a client. */
@Injectable()
export class PlaceOrder {
  constructor(
    private readonly operations: IdempotentOperations,
    private readonly metrics: OrderMetrics,
  ) {}

  async place(clientId: string, idempotencyKey: string, request: NewOrder): Promise<Order> {
    const operation = { clientId, key: idempotencyKey, request };
    const outcome = { isNew: false };
    const answer = await this.operations.once(operation, async (manager) => {
      const order = createOrder(request, new Date());
      await manager.insert(OrderEntity, order);
      outcome.isNew = true;
      return representOrder(order);
    });
    // Only now is it committed.
    if (outcome.isNew) this.metrics.placed.inc();
    return answer;
  }
}
