import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { query } from './support/databases.js';
import { send, sendPlain, shown } from './support/http.js';
import { accessTokenFor } from './support/oauth.js';
import {
  callOrders,
  faultyFields,
  newOrder,
  postOrder,
  problemIn,
  putBilling,
} from './support/orders.js';
import { isOurOwn, own, system } from './support/system.js';

/** Stands in all bad input, and may stand in no answer. */
const CANARY = 'canary-4f1c';

const line = (changes: object) => ({ sku: 'S', quantity: 1, unitPrice: '1.00', ...changes });
const withLine = (changes: object) => newOrder({ lines: [line(changes)] });
const without = (name: string) => ({ ...newOrder(), [name]: undefined });

describe('bad input to orders-api', () => {
  let token: string;
  let stored = 0;

  const countOrders = async () => {
    const count = 'SELECT count(*)::int AS count FROM customer_order';
    const [row] = await query<{ count: number }>(own().ordersDatabaseUrl, count);
    return row?.count ?? Number.NaN;
  };

  beforeAll(async () => {
    token = await accessTokenFor('e2e-basic');
  });

  beforeEach(async () => {
    if (isOurOwn) stored = await countOrders();
  });

  afterEach(async () => {
    if (isOurOwn) expect(await countOrders(), 'orders stored').toBe(stored);
    expect((await callOrders('/orders?limit=1', { token })).status).toBe(200);
  });

  it.each<[what: string, body: unknown, field: string]>([
    ['no customer', without('customerId'), 'customerId'],
    ['a customer that is a number', newOrder({ customerId: 42 }), 'customerId'],
    ['an empty customer', newOrder({ customerId: '' }), 'customerId'],
    ['blanks around the customer', newOrder({ customerId: ` ${CANARY} ` }), 'customerId'],
    ['an endless customer', newOrder({ customerId: CANARY.repeat(10) }), 'customerId'],
    ['a NUL in the customer', newOrder({ customerId: `${CANARY}\0` }), 'customerId'],
    ['half a character', newOrder({ customerId: `${CANARY}\ud800` }), 'customerId'],
    ['a customer that is an object', newOrder({ customerId: { $ne: CANARY } }), 'customerId'],
    ['no currency', without('currency'), 'currency'],
    ['an unknown currency', newOrder({ currency: 'QQQ' }), 'currency'],
    ['a currency in small letters', newOrder({ currency: 'eur' }), 'currency'],
    ['gold', newOrder({ currency: 'XAU' }), 'currency'],
    ['a currency named like a property', newOrder({ currency: 'constructor' }), 'currency'],
    ['no lines', without('lines'), 'lines'],
    ['an empty list of lines', newOrder({ lines: [] }), 'lines'],
    ['lines that are a text', newOrder({ lines: CANARY }), 'lines'],
    ['too many lines', newOrder({ lines: Array.from({ length: 101 }, () => line({})) }), 'lines'],
    ['a line that is null', newOrder({ lines: [null] }), 'lines.0'],
    ['no sku', withLine({ sku: undefined }), 'lines.0.sku'],
    ['no quantity', withLine({ quantity: undefined }), 'lines.0.quantity'],
    ['a quantity of nothing', withLine({ quantity: 0 }), 'lines.0.quantity'],
    ['a negative quantity', withLine({ quantity: -1 }), 'lines.0.quantity'],
    ['a broken quantity', withLine({ quantity: 1.5 }), 'lines.0.quantity'],
    ['a quantity beyond measure', withLine({ quantity: 1e300 }), 'lines.0.quantity'],
    ['a quantity over the limit', withLine({ quantity: 1_000_001 }), 'lines.0.quantity'],
    ['a quantity that is a text', withLine({ quantity: '1' }), 'lines.0.quantity'],
    ['a price that is a number', withLine({ unitPrice: 1.5 }), 'lines.0.unitPrice'],
    ['no price', withLine({ unitPrice: undefined }), 'lines.0.unitPrice'],
    ...[
      '1',
      '1.0',
      '1.000',
      '-1.00',
      '+1.00',
      '01.00',
      '1,00',
      '.50',
      '1.',
      '1e2',
      '0x10',
      'NaN',
      'Infinity',
      ' 1.00',
      '1.00\n',
      '١.٠٠',
      '1000000000000000.00',
      CANARY,
    ].map((unitPrice): [string, unknown, string] => [
      `${JSON.stringify(unitPrice)} EUR`,
      withLine({ unitPrice }),
      'lines.0.unitPrice',
    ]),
    [
      'yen with decimals',
      { ...withLine({ unitPrice: '1.00' }), currency: 'JPY' },
      'lines.0.unitPrice',
    ],
    [
      'dinars with two',
      { ...withLine({ unitPrice: '1.00' }), currency: 'KWD' },
      'lines.0.unitPrice',
    ],
    ['a total beyond measure', withLine({ unitPrice: '999999999999999.99', quantity: 2 }), 'lines'],
    [
      'a fault in the second line',
      newOrder({ lines: [line({}), line({ unitPrice: CANARY })] }),
      'lines.1.unitPrice',
    ],
  ])('refuses %s and names the field', async (_what, body, field) => {
    const answer = await postOrder(token, body);

    expect(faultyFields(answer)).toEqual([field]);
    expect(problemIn(answer, 400).code).toBe('invalid_input');
    expect(answer.text).not.toContain(CANARY);
  });

  it('refuses fields it does not know and names them, so that no misspelling goes unnoticed', async () => {
    const total = await postOrder(token, newOrder({ total: '1.00' }));
    const status = await postOrder(token, newOrder({ status: 'billed' }));
    const inLine = await postOrder(token, withLine({ discount: '1.00' }));

    expect(faultyFields(total)).toEqual(['total']);
    expect(faultyFields(status)).toEqual(['status']);
    expect(faultyFields(inLine)).toEqual(['lines.0.discount']);
  });

  it('does not echo the names of fields it does not know beyond naming them', async () => {
    const name = `<script>${CANARY}</script>${'x'.repeat(5_000)}`;
    const answer = await postOrder(token, newOrder({ [name]: 1 }));

    problemIn(answer, 400);
    expect(answer.text).not.toContain(CANARY);
    expect(answer.text.length).toBeLessThan(1_000);
  });

  it('lists several faults at once, but not without end', async () => {
    const all = await postOrder(token, { currency: 'QQQ', lines: [] });
    const many = await postOrder(
      token,
      newOrder({ lines: Array.from({ length: 100 }, () => line({ quantity: 0 })) }),
    );

    expect(faultyFields(all).sort()).toEqual(['currency', 'customerId', 'lines']);
    expect(problemIn(many, 400).errors?.length).toBeLessThanOrEqual(20);
    expect(faultyFields(many)).toContain('lines.0.quantity');
  });

  it.each<[what: string, body: string | Buffer]>([
    ['broken JSON', `{"customerId":"${CANARY}"`],
    ['a text', CANARY],
    ['nothing but blanks', '   '],
    ['two values', '{}{}'],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a __proto__ member', `{"__proto__":{"customerId":"${CANARY}"}}`],
    ['an escaped __proto__ member', `{"\\u005f_proto__":{"customerId":"${CANARY}"}}`],
    ['a constructor member', '{"constructor":{"prototype":{"admin":true}}}'],
    ['JSON nested 20000 deep', '['.repeat(20_000) + ']'.repeat(20_000)],
    ['objects nested 5000 deep', '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000)],
    ['null', 'null'],
    ['a number', '42'],
    ['a list', '[]'],
    ['nothing', ''],
  ])('refuses a body that is %s', async (_what, body) => {
    const answer = await sendPlain(`${system.ordersApi}/orders`, {
      method: 'POST',
      headers: [
        ['Authorization', `Bearer ${token}`],
        ['Content-Type', 'application/json'],
        ['Idempotency-Key', randomUUID()],
      ],
      body,
    });

    problemIn(answer, 400);
    expect(answer.text).not.toContain(CANARY);
  });

  it('refuses a body over the limit by 413, announced or not', async () => {
    const large = JSON.stringify(newOrder({ customerId: 'x'.repeat(1_048_576) }));
    const streamed = await send(`${system.ordersApi}/orders`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: new Blob([large]).stream(),
      duplex: 'half',
    });

    problemIn(await postOrder(token, large), 413);
    problemIn(streamed, 413);
  });

  it.each(['text/plain', 'application/xml', 'application/jsonp', 'multipart/form-data', ''])(
    'refuses a body of type "%s" by 415',
    async (type) => {
      const answer = await sendPlain(`${system.ordersApi}/orders`, {
        method: 'POST',
        headers: [
          ['Authorization', `Bearer ${token}`],
          ['Idempotency-Key', randomUUID()],
          ...(type ? [['Content-Type', type] as const] : []),
        ],
        body: JSON.stringify(newOrder()),
      });

      problemIn(answer, 415);
    },
  );

  it.each(['', ' ', 'k'.repeat(256), 'käse', 'two words'])(
    'refuses the idempotency key "%s"',
    async (key) => {
      const answer = await sendPlain(`${system.ordersApi}/orders`, {
        method: 'POST',
        headers: [
          ['Authorization', `Bearer ${token}`],
          ['Content-Type', 'application/json'],
          ['Idempotency-Key', key],
        ],
        body: JSON.stringify(newOrder()),
      });

      expect(faultyFields(answer)).toEqual(['Idempotency-Key']);
    },
  );

  it('refuses an order without an idempotency key, or with two', async () => {
    const twice = await sendPlain(`${system.ordersApi}/orders`, {
      method: 'POST',
      headers: [
        ['Authorization', `Bearer ${token}`],
        ['Content-Type', 'application/json'],
        ['Idempotency-Key', 'one'],
        ['Idempotency-Key', 'two'],
      ],
      body: JSON.stringify(newOrder()),
    });
    const none = await callOrders('/orders', { method: 'POST', token, body: newOrder() });

    expect(faultyFields(twice)).toEqual(['Idempotency-Key']);
    expect(faultyFields(none)).toEqual(['Idempotency-Key']);
  });

  it.each([
    'not-a-uuid',
    '%00',
    '123',
    "1'%20OR%20'1'='1",
    '..%2f..%2fetc',
    CANARY,
    '%F0%9F%92%A9',
  ])('refuses the order id "%s"', async (id) => {
    const shownAnswer = await callOrders(`/orders/${id}`, { token });
    const billed = await putBilling(token, id, {});

    for (const answer of [shownAnswer, billed]) {
      expect([400, 404], shown(answer)).toContain(answer.status);
      problemIn(answer, answer.status);
      expect(answer.text).not.toContain(CANARY);
    }
  });
});
