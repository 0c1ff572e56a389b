import { IdempotencyKeyEntity } from '../idempotency/idempotency-key.entity.js';
import { OrderEntity } from '../orders/order.entity.js';
import { CreateOrders1764000000000 } from './1764000000000-create-orders.migration.js';

/** The tables of the orders-api and how they came to be. */
export const ordersDatabase = {
  entities: [OrderEntity, IdempotencyKeyEntity],
  migrations: [CreateOrders1764000000000],
};
