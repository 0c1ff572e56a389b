import type { Order } from '@m2m/orders-contract';
import type { OrderEntity } from './order.entity.js';

/** An order as the API shows it. */
export function representOrder(order: OrderEntity): Order {
  const { id, customerId, lines, currency, total, status, createdAt, invoiceId, billedAt } = order;
  return {
    id,
    customerId,
    lines,
    currency,
    total,
    status,
    createdAt: createdAt.toISOString(),
    ...(invoiceId !== null && { invoiceId }),
    ...(billedAt !== null && { billedAt: billedAt.toISOString() }),
  };
}
