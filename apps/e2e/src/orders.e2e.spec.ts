import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { textLike } from './support/matchers.js';
import { accessTokenFor } from './support/oauth.js';
import {
  billingOf,
  callOrders,
  newOrder,
  orderIn,
  placeOrder,
  postOrder,
  problemIn,
  putBilling,
  showOrder,
  withPendingOrder,
} from './support/orders.js';

const UUID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/;

describe('orders', () => {
  let token: string;

  beforeAll(async () => {
    token = await accessTokenFor('e2e-basic');
  });

  describe('placing', () => {
    it('answers 201 with the order, its total and where it is', async () => {
      const lines = [
        { sku: 'A', quantity: 3, unitPrice: '0.10' },
        { sku: 'B', quantity: 1, unitPrice: '1999.99' },
      ];
      const answer = await postOrder(token, newOrder({ customerId: 'Zoë & Söhne', lines }));
      const order = orderIn(answer, 201);

      expect(order).toEqual({
        id: textLike(UUID),
        customerId: 'Zoë & Söhne',
        lines,
        currency: 'EUR',
        total: '2000.29',
        status: 'pending',
        createdAt: textLike(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      });
      expect(Math.abs(Date.parse(order.createdAt) - Date.now())).toBeLessThan(10_000);
      expect(answer.headers.get('location')).toBe(`/orders/${order.id}`);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
    });

    it.each([
      ['JPY', '1250', 3, '3750'],
      ['KWD', '1.250', 3, '3.750'],
      ['USD', '0.00', 1, '0.00'],
      ['EUR', '999999999999999.99', 1, '999999999999999.99'],
      ['EUR', '0.07', 1_000_000, '70000.00'],
    ])('counts %s exactly: %s times %d is %s', async (currency, unitPrice, quantity, total) => {
      const order = await placeOrder(
        token,
        newOrder({ currency, lines: [{ sku: 'S', quantity, unitPrice }] }),
      );

      expect(order.total).toBe(total);
      expect((await showOrder(token, order.id)).total).toBe(total);
    });

    it('gives the same order for the same key and body again', async () => {
      const key = randomUUID();
      const first = orderIn(await postOrder(token, newOrder(), key), 201);
      const again = await postOrder(token, newOrder(), key);

      expect(orderIn(again, 201)).toEqual(first);
      expect(again.headers.get('location')).toBe(`/orders/${first.id}`);
    });

    it('refuses the same key with another body', async () => {
      const key = randomUUID();
      const first = orderIn(await postOrder(token, newOrder(), key), 201);

      const other = await postOrder(token, newOrder({ customerId: 'another' }), key);

      expect(problemIn(other, 422).code).toBe('idempotency_key_reused');
      expect((await showOrder(token, first.id)).customerId).toBe('customer-42');
    });

    it('keeps the keys of clients apart', async () => {
      const key = randomUUID();
      const other = await accessTokenFor('e2e-post');

      const mine = orderIn(await postOrder(token, newOrder(), key), 201);
      const theirs = orderIn(await postOrder(other, newOrder({ customerId: 'b' }), key), 201);

      expect(theirs.id).not.toBe(mine.id);
      expect(orderIn(await postOrder(token, newOrder(), key), 201).id).toBe(mine.id);
    });

    it('keeps a key with its client when the client gets a new token', async () => {
      const key = randomUUID();
      const first = orderIn(await postOrder(token, newOrder(), key), 201);

      const again = await postOrder(await accessTokenFor('e2e-basic'), newOrder(), key);

      expect(orderIn(again, 201).id).toBe(first.id);
    });

    it('makes one order of twenty requests with one key at once', async () => {
      const key = randomUUID();
      const customerId = `twenty-at-once-${key}`;

      const answers = await Promise.all(
        Array.from({ length: 20 }, () => postOrder(token, newOrder({ customerId }), key)),
      );

      const ids = answers.map((answer) => orderIn(answer, 201).id);
      expect(new Set(ids).size).toBe(1);
    });
  });

  describe('showing', () => {
    it('shows an order as it was placed', async () => {
      const order = await withPendingOrder(token, async (placed) => {
        expect(await showOrder(token, placed.id)).toMatchObject({
          id: placed.id,
          lines: placed.lines,
          createdAt: placed.createdAt,
        });
        return placed;
      });

      expect((await showOrder(token, order.id.toUpperCase())).id).toBe(order.id);
    });

    it('answers 404 for an order that is not there', async () => {
      problemIn(await callOrders(`/orders/${randomUUID()}`, { token }), 404);
    });
  });

  describe('billing', () => {
    it('records an invoice', async () => {
      const { order, invoiceId, answer } = await withPendingOrder(
        token,
        async (order, invoiceId) => {
          const answer = await putBilling(token, order.id, billingOf(order, { invoiceId }));
          return { order, invoiceId, answer };
        },
      );

      const billed = {
        ...order,
        status: 'billed',
        invoiceId,
        billedAt: '2026-01-02T03:04:05.000Z',
      };
      expect(orderIn(answer, 200)).toEqual(billed);
      expect(await showOrder(token, order.id)).toEqual(billed);
    });

    it('answers the same invoice again by 200 and changes nothing', async () => {
      const { order, invoiceId } = await billedOrder();

      const later = billingOf(order, { invoiceId, billedAt: '2027-01-01T00:00:00Z' });
      const again = await putBilling(token, order.id, later);

      expect(orderIn(again, 200)).toMatchObject({ billedAt: '2026-01-02T03:04:05.000Z' });
      expect(await showOrder(token, order.id)).toEqual(orderIn(again, 200));
    });

    it('answers another invoice by 409', async () => {
      const { order, invoiceId } = await billedOrder();

      const other = await putBilling(token, order.id, billingOf(order));

      expect(problemIn(other, 409).code).toBe('billed_by_another_invoice');
      expect((await showOrder(token, order.id)).invoiceId).toBe(invoiceId);
    });

    it.each([{ amount: '20.51' }, { amount: '0.00' }, { amount: '2050.00' }, { currency: 'USD' }])(
      'refuses %j, which is not the total of the order',
      async (wrong) => {
        const { answer, after } = await withPendingOrder(token, async (order, invoiceId) => {
          const body = billingOf(order, { invoiceId, ...wrong });
          const answer = await putBilling(token, order.id, body);
          return { answer, after: await showOrder(token, order.id) };
        });

        expect(problemIn(answer, 422).code).toBe('amount_mismatch');
        expect(after.status).toBe('pending');
      },
    );

    it('lets one of twenty invoices at once win', async () => {
      const order = await placeOrder(token);
      const invoices = Array.from({ length: 20 }, () => randomUUID());

      const answers = await Promise.all(
        invoices.map((invoiceId) => putBilling(token, order.id, billingOf(order, { invoiceId }))),
      );

      // The system's own worker takes part, and may be the one that wins.
      const { invoiceId: winner = '' } = await showOrder(token, order.id);
      for (const [index, answer] of answers.entries()) {
        expect(answer.status).toBe(invoices[index] === winner ? 200 : 409);
      }
      expect(winner).not.toBe('');
    });

    it('answers 404 for an order that is not there', async () => {
      const order = await placeOrder(token);

      problemIn(await putBilling(token, randomUUID(), billingOf(order)), 404);
    });
  });

  /** An order that was billed by an invoice of ours. */
  async function billedOrder() {
    return withPendingOrder(token, async (order, invoiceId) => {
      await putBilling(token, order.id, billingOf(order, { invoiceId }));
      return { order, invoiceId };
    });
  }
});
