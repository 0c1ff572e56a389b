import type { Billing, Order } from '@m2m/orders-contract';
import { dataSourceOptions, Metrics, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ordersDatabase } from '../database/orders-database.js';
import { createOrder } from './order.factory.js';
import { OrderEntity } from './order.entity.js';
import { OrderMetrics } from './order.metrics.js';
import { OrderRepository } from './order.repository.js';
import { RecordBilling } from './record-billing.js';

const bill: Billing = {
  invoiceId: 'inv-1',
  amount: '19.80',
  currency: 'EUR',
  billedAt: '2030-01-01T12:00:00+02:00',
};

describe('RecordBilling', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let repository: OrderRepository;
  let billing: RecordBilling;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...ordersDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    repository = new OrderRepository(dataSource.getRepository(OrderEntity));
    billing = new RecordBilling(
      repository,
      new OrderMetrics(new Metrics('orders-api'), repository),
    );
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('marks a pending order as billed', async () => {
    const id = await placeOrder();

    await expect(billing.record(id, bill)).resolves.toMatchObject({
      id,
      status: 'billed',
      total: '19.80',
      invoiceId: 'inv-1',
      billedAt: '2030-01-01T10:00:00.000Z',
    });
  });

  it.each([
    [
      'the largest offset that ISO 8601 has',
      '2030-01-01T12:00:00+23:59',
      '2029-12-31T12:01:00.000Z',
    ],
    ['any number of digits', `2030-01-01T12:00:00.${'1'.repeat(200)}Z`, '2030-01-01T12:00:00.111Z'],
    ['the first year', '0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['the last year', '9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000Z'],
  ])('stores a time of %s', async (_what, billedAt, stored) => {
    const id = await placeOrder();

    await expect(billing.record(id, { ...bill, billedAt })).resolves.toMatchObject({
      billedAt: stored,
    });
  });

  it('answers the same invoice again by the order as it is, and changes nothing', async () => {
    const id = await placeOrder();
    const first = await billing.record(id, bill);

    const again = await billing.record(id, { ...bill, billedAt: '2031-01-01T00:00:00Z' });

    expect(again).toEqual(first);
  });

  it('refuses another invoice for a billed order', async () => {
    const id = await placeOrder();
    const first = await billing.record(id, bill);

    await expect(billing.record(id, { ...bill, invoiceId: 'inv-2' })).rejects.toMatchObject({
      status: 409,
      members: { code: 'billed_by_another_invoice' },
    });
    await expect(billing.record(id, bill)).resolves.toEqual(first);
  });

  it('lets exactly one of several invoices win that arrive at once', async () => {
    const id = await placeOrder();
    const invoices = Array.from({ length: 8 }, (_, n) => ({ ...bill, invoiceId: `inv-${n}` }));

    const results = await Promise.allSettled(
      invoices.map((invoice) => billing.record(id, invoice)),
    );

    const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const lost = results.flatMap((result): unknown[] =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    expect(won).toHaveLength(1);
    expect(lost).toHaveLength(7);
    for (const reason of lost) {
      expect(reason).toMatchObject({ members: { code: 'billed_by_another_invoice' } });
    }
    await expect(stored(id)).resolves.toMatchObject({ invoiceId: won[0]?.invoiceId });
  });

  it('marks only a pending order, whatever its caller has seen before', async () => {
    const [id, cancelled] = [await placeOrder(), await placeOrder()];
    await cancel(cancelled);
    const mark = (orderId: string, invoiceId: string) =>
      repository.markBilled(orderId, { ...bill, invoiceId });

    await expect(mark(id, 'inv-1')).resolves.toMatchObject({ id, invoiceId: 'inv-1' });
    await expect(mark(id, 'inv-2')).resolves.toBeUndefined();
    await expect(mark(cancelled, 'inv-3')).resolves.toBeUndefined();

    await expect(stored(id)).resolves.toMatchObject({ invoiceId: 'inv-1' });
    await expect(stored(cancelled)).resolves.toMatchObject({ status: 'cancelled' });
  });

  it('lets all succeed that bring the same invoice at once', async () => {
    const id = await placeOrder();

    const orders = await Promise.all(Array.from({ length: 8 }, () => billing.record(id, bill)));

    expect(new Set(orders.map((order: Order) => order.billedAt))).toHaveLength(1);
  });

  it('refuses to bill a cancelled order', async () => {
    const id = await placeOrder();
    await cancel(id);

    await expect(billing.record(id, bill)).rejects.toMatchObject({
      status: 409,
      members: { code: 'order_cancelled' },
    });
    await expect(stored(id)).resolves.toMatchObject({ status: 'cancelled', invoiceId: null });
  });

  it.each([{ amount: '19.81' }, { amount: '0.00' }, { currency: 'USD' }])(
    'refuses %j, which is not the total of the order',
    async (other) => {
      const id = await placeOrder();

      await expect(billing.record(id, { ...bill, ...other })).rejects.toMatchObject({
        status: 422,
        members: { code: 'amount_mismatch' },
      });
      await expect(stored(id)).resolves.toMatchObject({ status: 'pending' });
    },
  );

  it('does not know an order that is not there', async () => {
    const id = '01890a5d-ac96-774b-bcce-b302099a8057';

    await expect(billing.record(id, bill)).rejects.toMatchObject({ status: 404 });
  });

  async function placeOrder(): Promise<string> {
    const lines = [{ sku: 'A', quantity: 2, unitPrice: '9.90' }];
    const order = createOrder({ customerId: 'c', currency: 'EUR', lines }, new Date());
    await dataSource.getRepository(OrderEntity).insert(order);
    return order.id;
  }

  async function cancel(id: string): Promise<void> {
    await dataSource.query(`UPDATE customer_order SET status = 'cancelled' WHERE id = $1`, [id]);
  }

  async function stored(id: string): Promise<OrderEntity | null> {
    return dataSource.getRepository(OrderEntity).findOneBy({ id });
  }
});
