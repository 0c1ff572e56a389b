import { describe, expect, it } from 'vitest';
import { median, percentile, quotients, spread } from './statistics.ts';

describe('the median', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[7], 7],
    [[10, 9], 9.5],
    [[1, 1, 1, 100], 1],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('of nothing is not a number', () => {
    expect(median([])).toBeNaN();
  });
});

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('%d of 1 to 100 is %d', (fraction, expected) => {
    expect(percentile(hundred, fraction)).toBe(expected);
  });

  it('of few values is one of them, and the highest rather than a lower one', () => {
    expect(percentile([1, 2, 3], 0.99)).toBe(3);
  });
});

describe('the spread', () => {
  it('is half of what lies between the quartiles, by the median', () => {
    expect(spread([90, 100, 110])).toBeCloseTo(0.1);
    expect(spread([10, 90, 100, 110, 1_000])).toBeCloseTo(0.1);
  });

  it('of rounds that are alike is nothing', () => {
    expect(spread([5, 5, 5])).toBe(0);
    expect(spread([0, 0])).toBe(0);
  });
});

describe('quotients', () => {
  it('are taken round by round', () => {
    expect(quotients([10, 30], [5, 10])).toEqual([2, 3]);
  });

  it('leave out rounds that only one has', () => {
    expect(quotients([10, 30], [5])).toEqual([2]);
  });
});
