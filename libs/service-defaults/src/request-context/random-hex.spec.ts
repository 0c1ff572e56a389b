import { describe, expect, it } from 'vitest';
import { randomHex } from './random-hex.js';

describe('randomHex', () => {
  it('has as many bytes as were asked for', () => {
    expect(randomHex(8)).toMatch(/^[0-9a-f]{16}$/);
    expect(randomHex(16)).toMatch(/^[0-9a-f]{32}$/);
  });

  it('never repeats itself, also over what is kept of random bytes', () => {
    const names = Array.from({ length: 2_000 }, (_, index) => randomHex(index % 2 === 0 ? 8 : 16));
    const halves = names.flatMap((name) => name.match(/.{16}/g) ?? []);

    expect(new Set(halves).size).toBe(3_000);
  });
});
