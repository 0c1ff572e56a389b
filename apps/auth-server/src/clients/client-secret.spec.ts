import { describe, expect, it } from 'vitest';
import {
  digestClientSecret,
  generateClientSecret,
  hintOf,
  matchingSecret,
} from './client-secret.js';
import type { StoredSecret } from './registered-client.js';

const NOW = 1_800_000_000_000;

describe('a client secret', () => {
  it('has 256 random bits behind a prefix that scanners know (C04)', () => {
    const secrets = Array.from({ length: 1_000 }, generateClientSecret);

    expect(new Set(secrets)).toHaveLength(1_000);
    for (const secret of secrets) {
      expect(secret).toMatch(/^cs_[\w-]{43}$/);
      expect(Buffer.from(secret.slice(3), 'base64url')).toHaveLength(32);
    }
    // Each bit is set in about half of them: no part of the secret is the same in all.
    for (let bit = 0; bit < 256; bit++) {
      const set = secrets.filter((secret) => bitOf(secret, bit)).length;
      expect(set).toBeGreaterThan(350);
      expect(set).toBeLessThan(650);
    }
  });

  it('is found by itself, wherever it stands among several', () => {
    const [secret = '', ...others] = Array.from({ length: 3 }, generateClientSecret);
    const own = stored(secret);
    const rest = others.map((other) => stored(other));

    expect(matchingSecret(secret, [own, ...rest], NOW)).toBe(own);
    expect(matchingSecret(secret, [...rest, own], NOW)).toBe(own);
  });

  it('is found by nothing else, and not where there is none', () => {
    const secret = generateClientSecret();

    expect(matchingSecret(secret, [stored(generateClientSecret())], NOW)).toBeUndefined();
    expect(matchingSecret(secret, [], NOW)).toBeUndefined();
    expect(matchingSecret('', [], NOW)).toBeUndefined();
    expect(matchingSecret(`${secret} `, [stored(secret)], NOW)).toBeUndefined();
  });

  it('is good up to its end and not from there on (C01)', () => {
    const secret = generateClientSecret();
    const ending = stored(secret, NOW);

    expect(matchingSecret(secret, [ending], NOW - 1)).toBe(ending);
    expect(matchingSecret(secret, [ending], NOW)).toBeUndefined();
  });

  it('shows its last four characters and no more (C03)', () => {
    expect(hintOf('cs_abcdefgh')).toBe('efgh');
  });

  it('is not to be found in its digest', () => {
    const secret = generateClientSecret();
    const digest = digestClientSecret(secret);

    expect(digest).toHaveLength(32);
    expect(digest).not.toEqual(Buffer.from(secret.slice(3), 'base64url'));
  });
});

function stored(secret: string, expiresAt = Number.POSITIVE_INFINITY): StoredSecret {
  return { secretId: 'a', digest: digestClientSecret(secret), expiresAt };
}

function bitOf(secret: string, bit: number): boolean {
  const byte = Buffer.from(secret.slice(3), 'base64url')[bit >> 3] ?? 0;
  return (byte & (1 << (bit & 7))) !== 0;
}
