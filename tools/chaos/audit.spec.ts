import { describe, expect, it } from 'vitest';
import { audit } from './audit.ts';
import type { Books, InvoiceRow, OrderRow } from './books.ts';

const order = (id: string, total = '1.00'): OrderRow => ({
  id,
  total,
  currency: 'EUR',
  status: 'billed',
  invoiceId: `invoice-of-${id}`,
});

const invoice = (orderId: string, number: number | null, amount = '1.00'): InvoiceRow => ({
  id: `invoice-of-${orderId}`,
  orderId,
  amount,
  currency: 'EUR',
  status: 'acknowledged',
  failure: null,
  series: 'INV-2026',
  number,
});

const good: Books = {
  placed: [order('a'), order('b')],
  orders: [order('a'), order('b')],
  invoices: [invoice('a', 2), invoice('b', 1)],
  lastNumbers: new Map([['INV-2026', 2]]),
  jobs: [],
  refusedOrders: [],
};

describe('audit', () => {
  const rules = (changes: Partial<Books>) => [
    ...new Set(audit({ ...good, ...changes }).map(({ rule }) => rule)),
  ];

  it('finds nothing in good books', () => {
    expect(audit(good)).toEqual([]);
  });

  it.each<[string, Partial<Books>, string[]]>([
    ['a lost order', { placed: [...good.placed, order('c')] }, ['every placed order is there']],
    ['an order placed twice', { placed: [order('a')] }, ['every order was placed']],
    [
      'an order that is not billed',
      { orders: [order('a'), { ...order('b'), status: 'pending', invoiceId: null }] },
      ['every order is billed', 'order and invoice agree', 'sums agree'],
    ],
    [
      'an order without an invoice',
      { invoices: [invoice('a', 1)], lastNumbers: new Map([['INV-2026', 1]]) },
      ['every order has one invoice', 'sums agree'],
    ],
    [
      'an order with two invoices',
      {
        invoices: [...good.invoices, { ...invoice('a', 3), id: 'another' }],
        lastNumbers: new Map([['INV-2026', 3]]),
      },
      ['every order has one invoice', 'order and invoice agree', 'sums agree'],
    ],
    [
      'an invoice of no order',
      {
        invoices: [...good.invoices, invoice('c', 3, '0.00')],
        lastNumbers: new Map([['INV-2026', 3]]),
      },
      ['every invoice is of an order'],
    ],
    [
      'another amount',
      { invoices: [invoice('a', 2, '1.01'), invoice('b', 1)] },
      ['order and invoice agree', 'sums agree'],
    ],
    [
      'another currency',
      { invoices: [{ ...invoice('a', 2), currency: 'USD' }, invoice('b', 1)] },
      ['order and invoice agree', 'sums agree'],
    ],
    [
      'an invoice that was not acknowledged',
      { invoices: [{ ...invoice('a', 2), status: 'issued' }, invoice('b', 1)] },
      ['every invoice is acknowledged'],
    ],
    [
      'a number that is there twice',
      { invoices: [invoice('a', 1), invoice('b', 1)] },
      ['numbers have no gaps'],
    ],
    [
      'an invoice without a number',
      { invoices: [invoice('a', null), invoice('b', 1)] },
      ['numbers have no gaps'],
    ],
    ['a gap at the end', { lastNumbers: new Map([['INV-2026', 3]]) }, ['numbers have no gaps']],
    [
      'a dead letter',
      { jobs: [{ queue: 'failed-reports', state: 'created', invoiceId: 'x' }] },
      ['nothing is left for a person'],
    ],
    [
      'a report that is not done',
      { jobs: [{ queue: 'report-invoice', state: 'active', invoiceId: 'x' }] },
      ['no report is left'],
    ],
    ['a refused order', { refusedOrders: ['a'] }, ['nothing is left for a person']],
  ])('finds %s', (_what, changes, expected) => {
    expect(rules(changes)).toEqual(expected);
  });
});
