import { totalOf, type NewOrder } from '@m2m/orders-contract';
import { v7 as uuidv7 } from 'uuid';
import { OrderEntity } from './order.entity.js';

/** Makes the order a caller asks for, with the total computed here. */
export function createOrder({ customerId, currency, lines }: NewOrder, now: Date): OrderEntity {
  return Object.assign(new OrderEntity(), {
    id: uuidv7(),
    customerId,
    currency,
    lines,
    total: totalOf(lines, currency),
    status: 'pending',
    createdAt: now,
    invoiceId: null,
    billedAt: null,
  });
}
