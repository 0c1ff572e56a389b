import { describe, expect, it } from 'vitest';
import { Random } from './random.ts';

describe('Random', () => {
  const drawn = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 1_000 }, () => random.between(1, 6));
  };

  it('gives the same for the same seed, and something else for another', () => {
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(8)).not.toEqual(drawn(7));
  });

  it('gives everything within the limits, and nothing else', () => {
    expect(new Set(drawn(1))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
  });
});
