import type { Order } from '@m2m/orders-contract';
import { describe, expect, it } from 'vitest';
import { anOrder } from '../fixtures/an-order.js';
import { draftInvoice } from './invoice-draft.js';

const line = (quantity: number, unitPrice: string) => ({ sku: 'A', quantity, unitPrice });

describe('draftInvoice', () => {
  it.each<[string, Partial<Order>]>([
    ['two digits', { lines: [line(2, '9.90'), line(3, '0.01')], total: '19.83' }],
    ['no digits', { currency: 'JPY', lines: [line(3, '1250')], total: '3750' }],
    ['three digits', { currency: 'KWD', lines: [line(7, '1.255')], total: '8.785' }],
    ['nothing to pay', { lines: [line(1, '0.00')], total: '0.00' }],
  ])('copies an order in a currency with %s', (_digits, changes) => {
    const order = anOrder(changes);

    expect(draftInvoice(order)).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      orderId: order.id,
      lines: order.lines,
      currency: order.currency,
      amount: order.total,
    });
  });

  it.each<[string, Partial<Order>, string]>([
    ['another total', { total: '19.81' }, 'total_mismatch'],
    ['a total of no lines', { lines: [], total: '1.00' }, 'total_mismatch'],
    ['a total with too many digits', { total: '19.800' }, 'malformed_amount'],
    ['a price with too few digits', { lines: [line(2, '9.9')] }, 'malformed_amount'],
    ['a price in yen with digits', { currency: 'JPY', total: '20' }, 'malformed_amount'],
    ['a currency that is unknown', { currency: 'ZZZ' }, 'malformed_amount'],
    ['a negative total', { total: '-19.80' }, 'malformed_amount'],
    ['half a piece', { lines: [line(0.5, '39.60')] }, 'malformed_quantity'],
    ['text with a NUL', { lines: [{ ...line(2, '9.90'), sku: 'a\0' }] }, 'malformed_order'],
    ['half of a character', { lines: [{ ...line(2, '9.90'), sku: '\ud800' }] }, 'malformed_order'],
    ['no piece', { lines: [line(0, '19.80')] }, 'malformed_quantity'],
    ['a negative quantity', { lines: [line(-2, '9.90')] }, 'malformed_quantity'],
    ['an inexact quantity', { lines: [line(2 ** 53, '9.90')] }, 'malformed_quantity'],
  ])('makes nothing of %s', (_what, changes, fault) => {
    expect(draftInvoice(anOrder(changes))).toBe(fault);
  });
});
