import { beforeAll, describe, expect, it, vi } from 'vitest';
import { members, send } from './support/http.js';
import { invoicesFor } from './support/invoices.js';
import { aNumber, textLike } from './support/matchers.js';
import { accessTokenFor } from './support/oauth.js';
import { listOrders, newOrder, placeOrder, showOrder, type Order } from './support/orders.js';
import { isOurOwn, system } from './support/system.js';

const BILLED_WITHIN_MS = 60_000;

describe('the whole flow', () => {
  let token: string;

  beforeAll(async () => {
    token = await accessTokenFor('e2e-basic');
  });

  async function placeSome(): Promise<Order[]> {
    const line = (unitPrice: string, quantity: number) => ({ sku: 'FLOW', quantity, unitPrice });
    const bodies = [
      newOrder({ lines: [line('10.25', 2), line('0.01', 99)] }),
      newOrder({ currency: 'JPY', lines: [line('1250', 3)] }),
      newOrder({ currency: 'KWD', lines: [line('1.255', 7)] }),
      newOrder({ currency: 'USD', lines: [line('0.00', 1)] }),
      newOrder({ customerId: 'Zoë & Söhne 株式会社' }),
      ...Array.from({ length: 25 }, (_, index) => newOrder({ customerId: `flow-${index}` })),
    ];
    return Promise.all(bodies.map((body) => placeOrder(token, body)));
  }

  async function allBilled(orders: readonly Order[]): Promise<Order[]> {
    return vi.waitFor(
      async () => {
        const now = await Promise.all(orders.map(({ id }) => showOrder(token, id)));
        expect(now.filter(({ status }) => status !== 'billed')).toEqual([]);
        return now;
      },
      { timeout: BILLED_WITHIN_MS, interval: 200 },
    );
  }

  it(
    'bills every order that is placed, by an invoice of its own',
    { timeout: 90_000 },
    async () => {
      const placed = await placeSome();

      const billed = await allBilled(placed);

      expect(new Set(billed.map(({ invoiceId }) => invoiceId)).size).toBe(placed.length);
      for (const [index, order] of billed.entries()) {
        const { invoiceId, billedAt, ...rest } = order;
        expect(invoiceId).toMatch(/\S/);
        expect(Date.parse(billedAt ?? '')).toBeGreaterThanOrEqual(
          Date.parse(order.createdAt) - 1_000,
        );
        expect(rest).toEqual({ ...placed[index], status: 'billed' });
      }
    },
  );

  it('leaves no order pending, and counts what it did', { timeout: 90_000 }, async () => {
    const before = members(await send(`${system.billingWorker}/billing/summary`));
    const placed = await placeSome();
    await allBilled(placed);

    await vi.waitFor(
      async () => {
        const summary = members(await send(`${system.billingWorker}/billing/summary`));
        const added = Number(summary['acknowledged']) - Number(before['acknowledged']);
        expect(added).toBeGreaterThanOrEqual(placed.length);
        expect(Date.parse(String(summary['lastRunAt']))).toBeGreaterThan(
          Date.parse(placed[0]?.createdAt ?? ''),
        );
        const pending = await listOrders(token, { status: 'pending', limit: '200' });
        const ids = new Set(placed.map(({ id }) => id));
        expect(pending.items.filter(({ id }) => ids.has(id))).toEqual([]);
      },
      { timeout: 30_000, interval: 200 },
    );
  });

  it('shows how billing stands', async () => {
    const answer = await send(`${system.billingWorker}/billing/summary`);

    expect(answer.status).toBe(200);
    expect(members(answer)).toEqual({
      invoices: aNumber,
      acknowledged: aNumber,
      failed: aNumber,
      lastRunAt: textLike(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
  });

  it.runIf(isOurOwn)('keeps invoices that agree with the orders one to one', async () => {
    const billed = await allBilled(await placeSome());

    const invoices = await vi.waitFor(
      async () => {
        const found = await invoicesFor(billed);
        expect(found.filter(({ status }) => status !== 'acknowledged')).toEqual([]);
        return found;
      },
      { timeout: 10_000 },
    );

    const bySelf = (a: { orderId: string }, b: { orderId: string }) =>
      a.orderId < b.orderId ? -1 : 1;
    expect([...invoices].sort(bySelf)).toEqual(
      billed
        .map(({ id, invoiceId, total, currency, lines }) => ({
          id: invoiceId,
          orderId: id,
          amount: total,
          currency,
          lines,
          status: 'acknowledged',
        }))
        .sort(bySelf),
    );
  });
});
