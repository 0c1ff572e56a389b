import type { OrderQuery } from '@m2m/orders-contract';
import { dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { ordersDatabase } from '../database/orders-database.js';
import { ListOrders } from './list-orders.js';
import { createOrder } from './order.factory.js';
import { OrderEntity } from './order.entity.js';
import { OrderRepository } from './order.repository.js';

describe('ListOrders', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let list: ListOrders;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...ordersDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    list = new ListOrders(new OrderRepository(dataSource.getRepository(OrderEntity)));
  });

  beforeEach(() => dataSource.query('TRUNCATE customer_order'));

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it.each([
    [5, 2, [2, 2, 1]],
    [4, 2, [2, 2]],
    [2, 50, [2]],
    [0, 50, [0]],
  ])('lists %d orders, %d a page, in pages of %j', async (count, limit, sizes) => {
    const ids = await placeOrders(count);

    const pages = await allPages({ limit });

    expect(pages.map((page) => page.length)).toEqual(sizes);
    expect(pages.flat()).toEqual(ids);
  });

  it('lists orders of the status that is asked for', async () => {
    const [first, second, third] = await placeOrders(3);
    await markBilled(second);
    await dataSource.query(`UPDATE customer_order SET status = 'cancelled' WHERE id = $1`, [third]);

    await expect(allPages({ status: 'pending', limit: 1 })).resolves.toEqual([[first]]);
    await expect(allPages({ status: 'billed', limit: 1 })).resolves.toEqual([[second]]);
    await expect(allPages({ status: 'cancelled', limit: 1 })).resolves.toEqual([[third]]);
  });

  it('leaves no order out when those on earlier pages are billed meanwhile', async () => {
    const ids = await placeOrders(6);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await list.page({ status: 'pending', limit: 2, ...(cursor && { cursor }) });
      for (const { id } of page.items) await markBilled(id);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }

    expect(seen).toEqual(ids);
  });

  it('shows an order with its amounts as they were given', async () => {
    await placeOrders(1);

    const { items } = await list.page({ limit: 1 });

    expect(items).toEqual([
      {
        id: items[0]?.id,
        customerId: 'c',
        lines: [{ sku: 'A', quantity: 2, unitPrice: '9.90' }],
        currency: 'EUR',
        total: '19.80',
        status: 'pending',
        createdAt: '2030-01-01T00:00:00.000Z',
      },
    ]);
  });

  it('refuses what is no cursor', async () => {
    await expect(list.page({ limit: 1, cursor: 'garbage' })).rejects.toMatchObject({ status: 400 });
  });

  async function allPages(query: OrderQuery): Promise<string[][]> {
    const pages: string[][] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await list.page({ ...query, ...(cursor && { cursor }) });
      pages.push(page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    return pages;
  }

  async function placeOrders(count: number): Promise<string[]> {
    const lines = [{ sku: 'A', quantity: 2, unitPrice: '9.90' }];
    const now = new Date('2030-01-01T00:00:00Z');
    const orders = Array.from({ length: count }, () =>
      createOrder({ customerId: 'c', currency: 'EUR', lines }, now),
    );
    // Stored in another order than they are listed in.
    await dataSource.getRepository(OrderEntity).insert(orders.toReversed());
    return orders.map(({ id }) => id);
  }

  async function markBilled(id: string | undefined): Promise<void> {
    await dataSource.query(
      `UPDATE customer_order SET status = 'billed', invoice_id = 'i', billed_at = now()
       WHERE id = $1`,
      [id],
    );
  }
});
