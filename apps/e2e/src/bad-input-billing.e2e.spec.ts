import { describe, expect, it } from 'vitest';
import { accessTokenFor } from './support/oauth.js';
import { billingOf, faultyFields, placeOrder, putBilling } from './support/orders.js';

const CANARY = 'canary-4f1c';

describe('bad input to billing', () => {
  it.each<[what: string, changes: Readonly<Record<string, unknown>>, field: string]>([
    ['no invoice', { invoiceId: undefined }, 'invoiceId'],
    ['an invoice with blanks', { invoiceId: 'a b' }, 'invoiceId'],
    ['an endless invoice', { invoiceId: 'i'.repeat(65) }, 'invoiceId'],
    ['an amount that is a number', { amount: 20.5 }, 'amount'],
    ['an amount with other digits', { amount: '20.5' }, 'amount'],
    ['a negative amount', { amount: '-20.50' }, 'amount'],
    ['an unknown currency', { currency: 'QQQ' }, 'currency'],
    ['no date', { billedAt: undefined }, 'billedAt'],
    ['a date that is none', { billedAt: '2026-02-30T00:00:00Z' }, 'billedAt'],
    ['the year 0', { billedAt: '0000-01-01T00:00:00Z' }, 'billedAt'],
    ['a year of five digits', { billedAt: '9999-12-31T23:59:59-15:00' }, 'billedAt'],
    ['a day', { billedAt: '2026-02-03' }, 'billedAt'],
    ['a number of seconds', { billedAt: 1_700_000_000 }, 'billedAt'],
    ['a field too many', { note: CANARY }, 'note'],
  ])('refuses %s and names the field', async (_what, changes, field) => {
    const token = await accessTokenFor('e2e-basic');
    const order = await placeOrder(token);

    const answer = await putBilling(token, order.id, billingOf(order, changes));

    expect(faultyFields(answer)).toEqual([field]);
    expect(answer.text).not.toContain(CANARY);
  });
});
