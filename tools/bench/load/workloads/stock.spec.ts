import { expect, it } from 'vitest';
import { Stock } from './stock.ts';

it('a stock gives each request once, and the oldest first', () => {
  let made = 0;
  const stock = new Stock(() => `request ${++made}`);
  stock.prepare();
  const before = made;

  const first = [stock.next(), stock.next()];
  stock.prepare();

  expect(first).toEqual(['request 1', 'request 2']);
  expect(stock.next()).toBe('request 3');
  expect(made).toBe(before + 2);
});

it('a stock that has run out makes what is asked for', () => {
  const stock = new Stock(() => 'made for you');

  expect(stock.next()).toBe('made for you');
});
