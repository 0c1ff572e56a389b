import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { billingProgress, invoicesFor } from './support/invoices.js';
import { accessTokenFor } from './support/oauth.js';
import { newOrder, orderIn, postOrder, showOrder, type Order } from './support/orders.js';
import {
  isOurOwn,
  kill,
  pidOf,
  runsInContainers,
  start,
  stop,
  waitUntilReady,
  type ProcessName,
} from './support/system.js';

const PROCESSES = ['postgres', 'auth-server', 'orders-api', 'billing-worker'] as const;

/** To kill the worker of a container takes as long as it takes the worker to bill hundreds. */
const MANY = runsInContainers ? 2_000 : 300;

describe.runIf(isOurOwn)('after crashes', () => {
  let token: string;

  beforeAll(async () => {
    token = await accessTokenFor('e2e-basic');
  });

  afterAll(async () => {
    for (const name of PROCESSES) await waitUntilReady(name);
  });

  /** Places an order as a careful client does: under one key, again and again until it is answered. */
  async function placeForSure(): Promise<Order> {
    const key = randomUUID();
    return vi.waitFor(async () => orderIn(await postOrder(token, newOrder(), key), 201), {
      timeout: 60_000,
      interval: 200,
    });
  }

  async function placeMany(count: number): Promise<Order[]> {
    const orders: Order[] = [];
    while (orders.length < count) {
      orders.push(...(await Promise.all(Array.from({ length: 10 }, placeForSure))));
    }
    return orders;
  }

  async function progressBeyond(orders: readonly Order[], acknowledged: number) {
    return vi.waitFor(
      async () => {
        const progress = await billingProgress(orders);
        expect(progress.acknowledged).toBeGreaterThanOrEqual(acknowledged);
        return progress;
      },
      { timeout: 60_000, interval: 5 },
    );
  }

  /** Waits until all is billed and then compares both sides, which no crash may bring apart. */
  async function expectBilledExactlyOnce(orders: readonly Order[]): Promise<void> {
    await progressBeyond(orders, orders.length);
    const invoices = await invoicesFor(orders);
    const invoiceOf = new Map(invoices.map((invoice) => [invoice.orderId, invoice]));
    expect(invoices).toHaveLength(orders.length);
    for (const { id, total, currency } of orders) {
      const { status, invoiceId } = await showOrder(token, id);
      expect({ status, invoiceId }).toEqual({ status: 'billed', invoiceId: invoiceOf.get(id)?.id });
      expect(invoiceOf.get(id)).toMatchObject({ amount: total, currency, status: 'acknowledged' });
    }
  }

  it(
    'of the worker in the middle of billing, again and again, each order is billed exactly once',
    { timeout: 180_000 },
    async () => {
      await stop('billing-worker');
      const orders = await placeMany(MANY);
      await start('billing-worker');

      let interrupted = 0;
      for (const part of [0, 0.13, 0.3, 0.5, 0.73]) {
        await progressBeyond(orders, 1 + Math.floor(part * MANY));
        await kill('billing-worker');
        const left = await billingProgress(orders);
        if (left.acknowledged < orders.length) interrupted += 1;
      }

      expect(interrupted, 'kills that came before the end').toBeGreaterThanOrEqual(2);
      await expectBilledExactlyOnce(orders);
    },
  );

  it.each<ProcessName>(['orders-api', 'auth-server', 'postgres'])(
    'of %s, while orders are placed and billed, each order is there once and billed exactly once',
    { timeout: 180_000 },
    async (name) => {
      await stop('billing-worker');
      const before = await placeMany(100);
      const pid = await pidOf(name);
      await start('billing-worker');
      await progressBeyond(before, 1);

      const during = placeMany(50);
      await kill(name);
      const orders = [...before, ...(await during)];
      await waitUntilReady(name);

      expect(await pidOf(name)).not.toBe(pid);
      expect(new Set(orders.map(({ id }) => id)).size).toBe(orders.length);
      await expectBilledExactlyOnce(orders);
    },
  );
});
