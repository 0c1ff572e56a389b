import { describe, expect, it } from 'vitest';
import { RandomIdentifiers } from './random-identifiers.js';

describe('random identifiers', () => {
  it('are never given out twice, however often new ones are drawn', () => {
    const identifiers = new RandomIdentifiers(24);

    const taken = Array.from({ length: 1_000 }, () => identifiers.take());

    expect(new Set(taken).size).toBe(1_000);
  });

  it('share no part with their neighbours', () => {
    const identifiers = new RandomIdentifiers(24);

    const parts = Array.from({ length: 1_000 }, () => identifiers.take()).flatMap((taken) => [
      taken.slice(0, 8),
      taken.slice(-8),
    ]);

    expect(new Set(parts).size).toBe(2_000);
  });

  it('have as many bytes as they are to have', () => {
    const identifiers = new RandomIdentifiers(24);

    const lengths = Array.from({ length: 300 }, () => identifiers.take()).map(
      (taken) => Buffer.from(taken, 'base64url').length,
    );

    expect(new Set(lengths)).toEqual(new Set([24]));
  });

  it('are others for another issuer', () => {
    expect(new RandomIdentifiers(24).take()).not.toBe(new RandomIdentifiers(24).take());
  });
});
