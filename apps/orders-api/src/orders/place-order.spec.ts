import type { NewOrder } from '@m2m/orders-contract';
import { dataSourceOptions, Metrics, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ordersDatabase } from '../database/orders-database.js';
import { IdempotentOperations } from '../idempotency/idempotent-operations.js';
import { OrderEntity } from './order.entity.js';
import { OrderMetrics } from './order.metrics.js';
import { OrderRepository } from './order.repository.js';
import { representOrder } from './order-representation.js';
import { PlaceOrder } from './place-order.js';

const request: NewOrder = {
  customerId: 'c-1',
  currency: 'EUR',
  lines: [
    { sku: 'A', quantity: 3, unitPrice: '0.10' },
    { sku: 'B', quantity: 1, unitPrice: '999999999999.20' },
  ],
};

describe('PlaceOrder', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let orders: PlaceOrder;
  let metrics: Metrics;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...ordersDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    const repository = new OrderRepository(dataSource.getRepository(OrderEntity));
    metrics = new Metrics('orders-api');
    const counters = new OrderMetrics(metrics, repository);
    orders = new PlaceOrder(new IdempotentOperations(dataSource), counters);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('stores a pending order with the total of its lines, as it shows it', async () => {
    const placed = await orders.place('order-entry', 'k-1', request);

    const stored = await dataSource.getRepository(OrderEntity).findOneByOrFail({ id: placed.id });
    expect(placed).toMatchObject({ ...request, total: '999999999999.50', status: 'pending' });
    expect(representOrder(stored)).toEqual(placed);
  });

  it('places one order however often the same request comes, and shows it the same', async () => {
    const ofOneCustomer = { ...request, customerId: 'c-2' };
    const before = await placedOrders();

    const placed = await Promise.all(
      Array.from({ length: 5 }, () => orders.place('order-entry', 'k-2', ofOneCustomer)),
    );

    expect(placed).toEqual(Array(5).fill(placed[0]));
    const stored = dataSource.getRepository(OrderEntity).countBy({ customerId: 'c-2' });
    await expect(stored).resolves.toBe(1);
    expect(await placedOrders()).toBe(before + 1);
  });

  it('places another order under another key', async () => {
    const [a, b] = await Promise.all([
      orders.place('order-entry', 'k-3', request),
      orders.place('order-entry', 'k-4', request),
    ]);

    expect(a.id).not.toBe(b.id);
  });

  async function placedOrders(): Promise<number> {
    const text = await metrics.registry.getSingleMetricAsString('orders_placed_total');
    return Number(text.split(' ').at(-1));
  }
});
