import { describe, expect, it } from 'vitest';
import { duration } from './duration.mjs';

describe('duration', () => {
  it.each([
    [0.4, '0 ms'],
    [340, '340 ms'],
    [999.6, '1.0 s'],
    [1_240, '1.2 s'],
    [59_900, '59.9 s'],
    [125_000, '2 min 5 s'],
  ])('renders %d ms as %s', (milliseconds, text) => {
    expect(duration(milliseconds)).toBe(text);
  });
});
