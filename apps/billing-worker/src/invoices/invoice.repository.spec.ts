import type { Order } from '@m2m/orders-contract';
import { dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { billingDatabase } from '../database/billing-database.js';
import { InvoiceEntity } from './invoice.entity.js';
import { InvoiceRepository } from './invoice.repository.js';

const now = new Date('2030-01-01T12:00:00Z');

describe('InvoiceRepository', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let invoices: InvoiceRepository;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...billingDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    invoices = new InvoiceRepository(dataSource.getRepository(InvoiceEntity));
  });

  beforeEach(() => dataSource.query('TRUNCATE invoice'));

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('makes an invoice with what the order says', async () => {
    const order = anOrder();

    await expect(invoices.issueFor([order], now)).resolves.toBe(1);

    await expect(invoices.unreported(undefined, 10)).resolves.toMatchObject([
      {
        orderId: order.id,
        lines: order.lines,
        currency: 'EUR',
        amount: '19.80',
        status: 'issued',
        failure: null,
        issuedAt: now,
        settledAt: null,
      },
    ]);
  });

  it('makes one invoice for an order however often it comes', async () => {
    const [a, b, c] = [anOrder(), anOrder(), anOrder()];

    await expect(invoices.issueFor([a, b, a], now)).resolves.toBe(2);
    const [first] = await invoices.unreported(undefined, 1);
    await expect(invoices.issueFor([a, b, c], now)).resolves.toBe(1);
    await expect(invoices.issueFor([a, b, c], now)).resolves.toBe(0);

    const made = await invoices.unreported(undefined, 10);
    expect(made.map(({ orderId }) => orderId).sort()).toEqual([a.id, b.id, c.id].sort());
    expect(made[0]).toEqual(first);
  });

  it('makes no second invoice for an order that is settled', async () => {
    const order = anOrder();
    await invoices.issueFor([order], now);
    const [invoice] = await invoices.unreported(undefined, 1);
    await invoices.settle(invoice?.id ?? '', { status: 'acknowledged' }, now);

    await expect(invoices.issueFor([order], now)).resolves.toBe(0);
    await expect(invoices.unreported(undefined, 1)).resolves.toEqual([]);
  });

  it('makes one invoice for each order when several workers are at it at once', async () => {
    const orders = Array.from({ length: 50 }, anOrder);
    const inOtherOrders = [orders, orders.toReversed(), orders.slice(20), orders.slice(0, 30)];

    const made = await Promise.all(inOtherOrders.map((page) => invoices.issueFor(page, now)));

    expect(made.reduce((sum, count) => sum + count, 0)).toBe(50);
    await expect(invoices.countByStatus()).resolves.toEqual(new Map([['issued', 50]]));
  });

  it('settles an invoice once: the first outcome stays', async () => {
    await invoices.issueFor([anOrder()], now);
    const [invoice] = await invoices.unreported(undefined, 1);
    const id = invoice?.id ?? '';
    const later = new Date('2031-01-01T00:00:00Z');

    const first = await invoices.settle(id, { status: 'failed', failure: 'order_cancelled' }, now);
    const second = await invoices.settle(id, { status: 'acknowledged' }, later);

    expect([first, second]).toEqual([true, false]);

    await expect(dataSource.getRepository(InvoiceEntity).findOneBy({ id })).resolves.toMatchObject({
      status: 'failed',
      failure: 'order_cancelled',
      settledAt: now,
    });
  });

  it('lists what is still to be reported, oldest first, page by page', async () => {
    for (let n = 0; n < 5; n++) await invoices.issueFor([anOrder()], now);
    const all = await invoices.unreported(undefined, 10);
    const ids = all.map(({ id }) => id);
    await invoices.settle(ids[2] ?? '', { status: 'acknowledged' }, now);

    const first = await invoices.unreported(undefined, 2);
    const second = await invoices.unreported(first.at(-1)?.id, 2);
    const third = await invoices.unreported(second.at(-1)?.id, 2);

    expect(ids).toEqual(ids.toSorted());
    expect(first.map(({ id }) => id)).toEqual([ids[0], ids[1]]);
    expect(second.map(({ id }) => id)).toEqual([ids[3], ids[4]]);
    expect(third).toEqual([]);
  });

  it('tells how many are unreported, up to a limit, and since when', async () => {
    await expect(invoices.backlog(10)).resolves.toEqual({ count: 0, oldest: null });
    const [first, second, third] = [0, 1, 2].map((minutes) => new Date(+now + minutes * 60_000));
    for (const time of [first, second, third]) await invoices.issueFor([anOrder()], time ?? now);

    await expect(invoices.backlog(10)).resolves.toEqual({ count: 3, oldest: first });
    await expect(invoices.backlog(2)).resolves.toEqual({ count: 2, oldest: first });
    const [oldest] = await invoices.unreported(undefined, 1);
    await invoices.settle(oldest?.id ?? '', { status: 'acknowledged' }, now);
    await expect(invoices.backlog(10)).resolves.toEqual({ count: 2, oldest: second });
  });

  it('counts the invoices by how they stand', async () => {
    await invoices.issueFor(Array.from({ length: 6 }, anOrder), now);
    const [a, b, c] = await invoices.unreported(undefined, 3);
    await invoices.settle(a?.id ?? '', { status: 'acknowledged' }, now);
    await invoices.settle(b?.id ?? '', { status: 'acknowledged' }, now);
    await invoices.settle(c?.id ?? '', { status: 'failed', failure: 'http_404' }, now);

    await expect(invoices.countByStatus()).resolves.toEqual(
      new Map([
        ['issued', 3],
        ['acknowledged', 2],
        ['failed', 1],
      ]),
    );
  });
});

function anOrder(): Order {
  return {
    id: uuidv7(),
    customerId: 'c',
    lines: [{ sku: 'A', quantity: 2, unitPrice: '9.90' }],
    currency: 'EUR',
    total: '19.80',
    status: 'pending',
    createdAt: '2030-01-01T00:00:00.000Z',
  };
}
