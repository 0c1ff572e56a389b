import { describe, expect, it } from 'vitest';
import { retryAfterMs } from './retry-after.js';

const NOW = Date.UTC(2030, 0, 1);

describe('Retry-After', () => {
  it.each<[unknown, number | undefined]>([
    ['7', 7_000],
    ['0', 0],
    [new Date(NOW + 9_000).toUTCString(), 9_000],
    [new Date(NOW - 9_000).toUTCString(), 0],
    ['86400', 300_000],
    ['soon', undefined],
    ['7 s', undefined],
    ['x7', undefined],
    [7, undefined],
    [['7'], undefined],
    ['', undefined],
    [undefined, undefined],
  ])('B05 of %j means %j ms', (header, wait) => {
    expect(retryAfterMs(header, NOW)).toBe(wait);
  });
});
