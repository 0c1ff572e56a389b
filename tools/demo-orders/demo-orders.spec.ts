import { describe, expect, it } from 'vitest';
import { demoOrder } from './demo-orders.ts';

const DIGITS = { EUR: /^\d+\.\d{2}$/, JPY: /^\d+$/, KWD: /^\d+\.\d{3}$/ };

describe('demoOrder', () => {
  const orders = Array.from({ length: 30 }, (_, index) => demoOrder(index));

  it('writes prices with exactly the currency’s own digits', () => {
    for (const { currency, lines } of orders) {
      const pattern = DIGITS[currency as keyof typeof DIGITS];
      for (const { unitPrice } of lines) expect(unitPrice).toMatch(pattern);
    }
  });

  it('varies currencies and numbers of lines', () => {
    expect(new Set(orders.map((order) => order.currency))).toEqual(new Set(['EUR', 'JPY', 'KWD']));
    expect(new Set(orders.map((order) => order.lines.length))).toEqual(new Set([1, 2, 3]));
  });

  it('has different articles in the lines of an order', () => {
    for (const { lines } of orders) {
      expect(new Set(lines.map((line) => line.sku)).size).toBe(lines.length);
    }
  });

  it('is the same each time', () => {
    expect(demoOrder(5)).toEqual(demoOrder(5));
  });
});
