import { describe, expect, it } from 'vitest';
import { billing, newOrder, orderQuery } from './order.js';

const line = { sku: 'A-1', quantity: 2, unitPrice: '9.99' };
const order = { customerId: 'c-1', currency: 'EUR', lines: [line] };
const bill = {
  invoiceId: 'inv-1',
  amount: '19.98',
  currency: 'EUR',
  billedAt: '2030-01-01T12:00:00Z',
};

describe('newOrder', () => {
  it('accepts an order and leaves it as it is', () => {
    expect(newOrder.parse(order)).toEqual(order);
  });

  it.each([
    ['a total of the caller', { ...order, total: '0.01' }],
    ['an unknown field of a line', { ...order, lines: [{ ...line, discount: '1.00' }] }],
    ['no lines', { ...order, lines: [] }],
    ['too many lines', { ...order, lines: Array(101).fill(line) }],
    ['half a piece', { ...order, lines: [{ ...line, quantity: 0.5 }] }],
    ['no piece', { ...order, lines: [{ ...line, quantity: 0 }] }],
    ['less than nothing', { ...order, lines: [{ ...line, quantity: -1 }] }],
    ['too many pieces', { ...order, lines: [{ ...line, quantity: 1_000_001 }] }],
    ['a quantity as text', { ...order, lines: [{ ...line, quantity: '2' }] }],
    ['a price as a float', { ...order, lines: [{ ...line, unitPrice: 9.99 }] }],
    ['a price with the digits of another currency', { ...order, currency: 'JPY' }],
    ['a negative price', { ...order, lines: [line, { ...line, unitPrice: '-9.99' }] }],
    ['an unknown currency', { ...order, currency: 'ABC' }],
    ['gold', { ...order, currency: 'XAU', lines: [{ ...line, unitPrice: '9' }] }],
    ['no customer', { ...order, customerId: '' }],
    ['a long customer id', { ...order, customerId: 'c'.repeat(65) }],
    ['a NUL', { ...order, customerId: 'c\u0000' }],
    ['a line break', { ...order, lines: [{ ...line, sku: 'A\n1' }] }],
    ['a C1 control character', { ...order, customerId: 'c\u0085d' }],
    ['half a surrogate pair', { ...order, customerId: 'c\ud800' }],
    ['surrounding blanks', { ...order, customerId: ' c' }],
    ['an array', [order]],
    ['nothing', undefined],
  ])('refuses %s', (_kind, input) => {
    expect(newOrder.safeParse(input).success).toBe(false);
  });

  it('accepts as much as its limits say', () => {
    const most = { sku: '😀'.repeat(32), quantity: 1_000_000, unitPrice: '9999999.99' };
    const input = { ...order, customerId: 'c'.repeat(64), lines: Array(100).fill(most) };

    expect(newOrder.safeParse(input).success).toBe(true);
  });

  it('refuses lines that add up to more than an amount can be', () => {
    const lines = [{ ...line, quantity: 2, unitPrice: '999999999999999.99' }];

    expect(faultsOf(newOrder, { ...order, lines })).toEqual(['lines: add up to too large a total']);
  });

  it('names the line at fault', () => {
    const input = { ...order, lines: [line, { ...line, unitPrice: '9.9' }] };

    expect(faultsOf(newOrder, input)).toEqual([
      'lines.1.unitPrice: must be a decimal string with exactly the digits of the currency',
    ]);
  });
});

describe('billing', () => {
  it.each(['2030-01-01T12:00:00Z', '2030-01-01T12:00:00.123Z', '2030-01-01T12:00:00+02:00'])(
    'accepts an invoice of %s',
    (billedAt) => {
      expect(billing.parse({ ...bill, billedAt })).toEqual({ ...bill, billedAt });
    },
  );

  it.each([
    ['an unknown field', { ...bill, status: 'billed' }],
    ['no invoice id', { ...bill, invoiceId: '' }],
    ['a long invoice id', { ...bill, invoiceId: 'i'.repeat(65) }],
    ['an invoice id with a line break at its end', { ...bill, invoiceId: 'inv-1\n' }],
    ['an invoice id with a NUL', { ...bill, invoiceId: 'inv\u0000' }],
    ['an amount as a float', { ...bill, amount: 19.98 }],
    ['an amount with the digits of another currency', { ...bill, currency: 'JPY' }],
    ['a negative amount', { ...bill, amount: '-19.98' }],
    ['a date without a time', { ...bill, billedAt: '2030-01-01' }],
    ['a time without a zone', { ...bill, billedAt: '2030-01-01T12:00:00' }],
    ['a day that does not exist', { ...bill, billedAt: '2030-02-30T12:00:00Z' }],
    ['a time in seconds', { ...bill, billedAt: 1_893_499_200 }],
    ['the year 0, which is none', { ...bill, billedAt: '0000-06-01T12:00:00Z' }],
    ['a time before the first year', { ...bill, billedAt: '0001-01-01T00:00:00+01:00' }],
    ['a time after the last year', { ...bill, billedAt: '9999-12-31T23:59:59-15:00' }],
  ])('refuses %s', (_kind, input) => {
    expect(billing.safeParse(input).success).toBe(false);
  });

  it('accepts only times that can be stored and read back', () => {
    const result = billing.safeParse({ ...bill, billedAt: '2030-01-01T12:00:00+23:59' });
    const date = new Date(result.data?.billedAt ?? '2030-01-01T12:00:00Z');

    expect(date.getTime()).not.toBeNaN();
  });
});

describe('orderQuery', () => {
  it('asks for fifty orders of any status, from the start, unless it says otherwise', () => {
    expect(orderQuery.parse({})).toEqual({ limit: 50 });
  });

  it('reads what a query string holds', () => {
    expect(orderQuery.parse({ status: 'pending', limit: '200', cursor: 'abc' })).toEqual({
      status: 'pending',
      limit: 200,
      cursor: 'abc',
    });
  });

  it.each([
    ['an unknown parameter', { page: '2' }],
    ['another status', { status: 'open' }],
    ['a status twice', { status: ['pending', 'billed'] }],
    ['a cursor twice', { cursor: ['a', 'b'] }],
    ['a limit twice', { limit: ['1', '2'] }],
    ['no limit at all', { limit: '0' }],
    ['too high a limit', { limit: '201' }],
    ['a part of an order', { limit: '1.5' }],
    ['a limit that is no number', { limit: 'all' }],
    ['an endless limit', { limit: 'Infinity' }],
    ['an empty limit', { limit: '' }],
    ['a very long cursor', { cursor: 'a'.repeat(201) }],
  ])('refuses %s', (_kind, input) => {
    expect(orderQuery.safeParse(input).success).toBe(false);
  });
});

interface Schema {
  safeParse(value: unknown): {
    error?: { issues: { path: PropertyKey[]; message: string }[] } | undefined;
  };
}

function faultsOf(schema: Schema, input: unknown): string[] {
  const issues = schema.safeParse(input).error?.issues ?? [];
  return issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}
