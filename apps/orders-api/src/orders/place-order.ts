import type { NewOrder, Order } from '@m2m/orders-contract';
import { Injectable } from '@nestjs/common';
import { IdempotentOperations } from '../idempotency/idempotent-operations.js';
import { createOrder } from './order.factory.js';
import { OrderEntity } from './order.entity.js';
import { representOrder } from './order-representation.js';

/** Places an order, once for each idempotency key of a client. */
@Injectable()
export class PlaceOrder {
  constructor(private readonly operations: IdempotentOperations) {}

  async place(clientId: string, idempotencyKey: string, request: NewOrder): Promise<Order> {
    const operation = { clientId, key: idempotencyKey, request };
    return this.operations.once(operation, async (manager) => {
      const order = createOrder(request, new Date());
      await manager.insert(OrderEntity, order);
      return representOrder(order);
    });
  }
}
