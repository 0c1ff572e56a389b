import { beforeAll, describe, expect, it } from 'vitest';
import { accessTokenFor } from './support/oauth.js';
import { callOrders, faultyFields, listOrders, placeOrder, type Order } from './support/orders.js';

const PLACED = 60;

describe('list of orders', () => {
  let token: string;
  const placed: string[] = [];

  beforeAll(async () => {
    token = await accessTokenFor('e2e-basic');
    while (placed.length < PLACED) {
      const orders = await Promise.all(Array.from({ length: 10 }, () => placeOrder(token)));
      placed.push(...orders.map(({ id }) => id));
    }
  });

  async function* pages(query: Readonly<Record<string, string>>): AsyncGenerator<readonly Order[]> {
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await listOrders(token, { ...query, ...(cursor && { cursor }) });
      yield page.items;
      cursor = page.nextCursor;
    }
  }

  it('shows every order exactly once, over pages of any size', async () => {
    for (const limit of [25, 200]) {
      const seen: string[] = [];
      let count = 0;
      for await (const items of pages({ limit: String(limit) })) {
        expect(items.length).toBeLessThanOrEqual(limit);
        seen.push(...items.map(({ id }) => id));
        count += 1;
      }

      expect(new Set(seen).size).toBe(seen.length);
      expect(placed.filter((id) => !seen.includes(id))).toEqual([]);
      expect(count).toBe(Math.max(1, Math.ceil(seen.length / limit)));
    }
  });

  it('is in the order of creation', async () => {
    const times: string[] = [];
    for await (const items of pages({ limit: '50' })) {
      times.push(...items.map(({ createdAt }) => createdAt));
    }

    // Orders that were placed at once may be a few milliseconds out of order.
    for (const [index, time] of times.slice(1).entries()) {
      expect(Date.parse(time) - Date.parse(times[index] ?? '')).toBeGreaterThan(-100);
    }
  });

  it('shows the orders that are placed while it is read', async () => {
    const seen = new Set<string>();
    let late: Order | undefined;
    for await (const items of pages({ limit: '25' })) {
      for (const { id } of items) seen.add(id);
      late ??= await placeOrder(token);
    }

    expect(seen).toContain(late?.id);
  });

  it('is limited to one status where that is asked for', async () => {
    for (const status of ['pending', 'billed', 'cancelled'] as const) {
      for await (const items of pages({ status, limit: '200' })) {
        expect(items.filter((order) => order.status !== status)).toEqual([]);
      }
    }
  });

  it('has 50 orders a page unless another number is asked for, and 200 at most', async () => {
    expect((await listOrders(token, {})).items).toHaveLength(50);
    expect((await listOrders(token, { limit: '1' })).items).toHaveLength(1);
    for (const limit of ['0', '201', '-1', '1.5', 'many', '1e3', '']) {
      expect(faultyFields(await callOrders(`/orders?limit=${limit}`, { token }))).toEqual([
        'limit',
      ]);
    }
  });

  it('refuses a status that is none, and parameters it does not know', async () => {
    expect(faultyFields(await callOrders('/orders?status=lost', { token }))).toEqual(['status']);
    expect(faultyFields(await callOrders('/orders?status=', { token }))).toEqual(['status']);
    expect((await callOrders('/orders?page=2', { token })).status).toBe(400);
    expect(faultyFields(await callOrders('/orders?limit=1&limit=2', { token }))).toEqual(['limit']);
  });

  it('refuses a cursor that is none of its own', async () => {
    const { nextCursor } = await listOrders(token, { limit: '1' });
    const cursor = nextCursor ?? '';
    expect(cursor).not.toBe('');
    const broken = [
      '',
      'broken',
      cursor.slice(0, -3),
      `${cursor}AAAA`,
      `${cursor}=`,
      '!'.repeat(10),
      'B'.repeat(22),
      'a'.repeat(5_000),
      '%00',
      '%F0%9F%92%A9',
      "'%20OR%201=1--",
    ];

    for (const value of broken) {
      expect(faultyFields(await callOrders(`/orders?cursor=${value}`, { token }))).toEqual([
        'cursor',
      ]);
    }
  });
});
