import { describe, expect, it } from 'vitest';
import { satisfiesMinimum } from './node-version.mjs';

describe('satisfiesMinimum', () => {
  it.each([
    ['v20.19.0', true],
    ['v20.20.2', true],
    ['v22.0.0', true],
    ['v20.18.9', false],
    ['v18.20.0', false],
  ])('says of %s against >=20.19.0: %s', (version, expected) => {
    expect(satisfiesMinimum(version, '>=20.19.0')).toBe(expected);
  });
});
