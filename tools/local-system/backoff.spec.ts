import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

describe('Backoff', () => {
  it('doubles up to a limit', () => {
    const backoff = new Backoff();
    const delays = Array.from({ length: 8 }, () => backoff.next(0));
    expect(delays).toEqual([200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  });

  it('starts over after a healthy run', () => {
    const backoff = new Backoff();
    backoff.next(0);
    backoff.next(0);
    expect(backoff.next(30_000)).toBe(200);
  });
});
