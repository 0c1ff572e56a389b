import { problemCodes, type Billing, type Order } from '@m2m/orders-contract';
import { Problem } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import { orderNotFound } from './order-not-found.js';
import type { OrderEntity } from './order.entity.js';
import { OrderMetrics } from './order.metrics.js';
import { representOrder } from './order-representation.js';
import { OrderRepository } from './order.repository.js';

/** Records that an order has been billed. Idempotent: the same invoice again changes nothing. */
@Injectable()
export class RecordBilling {
  constructor(
    private readonly orders: OrderRepository,
    private readonly metrics: OrderMetrics,
  ) {}

  /** @throws Problem 404, 409 for another invoice or a cancelled order, 422 for another amount. */
  async record(orderId: string, billing: Billing): Promise<Order> {
    const billed = await this.orders.markBilled(orderId, billing);
    if (billed) {
      this.metrics.billed.inc();
      return representOrder(billed);
    }
    const order = await this.find(orderId);
    if (order.status === 'pending') refuseOtherAmount();
    return representOrder(billedAlready(order, billing));
  }

  private async find(orderId: string): Promise<OrderEntity> {
    const order = await this.orders.find(orderId);
    if (!order) throw orderNotFound();
    return order;
  }
}

function billedAlready(order: OrderEntity, billing: Billing): OrderEntity {
  if (order.status === 'cancelled') {
    throw new Problem(409, {
      code: problemCodes.orderCancelled,
      detail: 'The order has been cancelled.',
    });
  }
  if (order.invoiceId !== billing.invoiceId) {
    throw new Problem(409, {
      code: problemCodes.billedByAnotherInvoice,
      detail: 'The order has been billed by another invoice.',
    });
  }
  return order;
}

function refuseOtherAmount(): never {
  throw new Problem(422, {
    code: problemCodes.amountMismatch,
    detail: 'The amount billed is not the total of the order.',
    errors: [{ field: 'amount', detail: 'must be the total of the order, in its currency' }],
  });
}
