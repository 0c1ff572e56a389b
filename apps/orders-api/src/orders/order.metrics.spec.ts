import { dataSourceOptions, Metrics, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, TestClock, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { ordersDatabase } from '../database/orders-database.js';
import { OrderEntity } from './order.entity.js';
import { createOrder } from './order.factory.js';
import { OrderMetrics } from './order.metrics.js';
import { OrderRepository } from './order.repository.js';

describe('OrderMetrics', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let orders: OrderRepository;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...ordersDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    orders = new OrderRepository(dataSource.getRepository(OrderEntity));
  });

  beforeEach(() => dataSource.query('TRUNCATE customer_order'));

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('show how many orders are pending, and since when', async () => {
    const clock = new TestClock();
    const metrics = new Metrics('orders-api', clock.now);
    new OrderMetrics(metrics, orders);
    expect(await valueOf(metrics, 'orders_pending')).toBe(0);
    expect(await valueOf(metrics, 'orders_oldest_pending_age_seconds')).toBe(0);

    const billed = await place(3_600);
    await orders.markBilled(billed, {
      invoiceId: 'inv-1',
      amount: '1.00',
      currency: 'EUR',
      billedAt: new Date().toISOString(),
    });
    await place(600);
    await place(60);
    clock.advance({ seconds: 1 });

    expect(await valueOf(metrics, 'orders_pending')).toBe(2);
    const age = await valueOf(metrics, 'orders_oldest_pending_age_seconds');
    expect(age).toBeGreaterThanOrEqual(600);
    expect(age).toBeLessThan(700);
  });

  it('count no more pending orders than they are allowed to', async () => {
    for (let n = 0; n < 3; n++) await place(0);

    await expect(orders.pending(2)).resolves.toMatchObject({ count: 2 });
  });

  it('find pending orders by their index, however many are billed', async () => {
    await dataSource.query(
      `INSERT INTO customer_order
         (id, customer_id, lines, currency, total, status, created_at, invoice_id, billed_at)
       SELECT gen_random_uuid(), 'c', '[]', 'EUR', 1, 'billed', now(), n, now()
       FROM generate_series(1, 5000) AS n`,
    );
    await place(0);
    await dataSource.query('ANALYZE customer_order');
    const readsBefore = await wholeTableReads();

    await orders.pending(10_000);

    expect(await wholeTableReads()).toBe(readsBefore);
  });

  it('are left out while the database is away, and cost the others nothing', async () => {
    const away = new DataSource(dataSourceOptions({ ...ordersDatabase, url: database.url }));
    await away.initialize();
    const metrics = new Metrics('orders-api');
    const counters = new OrderMetrics(
      metrics,
      new OrderRepository(away.getRepository(OrderEntity)),
    );
    await away.destroy();
    counters.placed.inc();

    expect(await valueOf(metrics, 'orders_pending')).toBeUndefined();
    expect(await valueOf(metrics, 'orders_placed_total')).toBe(1);
  });

  async function place(secondsAgo: number): Promise<string> {
    const request = {
      customerId: 'c',
      currency: 'EUR' as const,
      lines: [{ sku: 'A', quantity: 1, unitPrice: '1.00' }],
    };
    const order = createOrder(request, new Date(Date.now() - secondsAgo * 1_000));
    await dataSource.manager.insert(OrderEntity, order);
    return order.id;
  }

  // A connection's own statistics are there at once, within one transaction.
  async function wholeTableReads(): Promise<string> {
    await dataSource.query('SELECT pg_stat_force_next_flush()');
    const [row] = await dataSource.query<[{ seq_scan: string }]>(
      `SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'customer_order'`,
    );
    return row.seq_scan;
  }
});

async function valueOf(metrics: Metrics, name: string): Promise<number | undefined> {
  const text = await metrics.registry.metrics();
  const series = text.split('\n').find((line) => line.startsWith(`${name}{`));
  return series === undefined ? undefined : Number(series.split(' ').at(-1));
}
