import { describe, expect, it } from 'vitest';
import { digestClientSecret, generateClientSecret, secretMatches } from './client-secret.js';

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

  it('matches its own digest, wherever that stands among several', () => {
    const [secret, ...others] = Array.from({ length: 3 }, generateClientSecret);
    const digests = others.map(digestClientSecret);

    expect(secret).toBeDefined();
    const own = digestClientSecret(secret ?? '');
    expect(secretMatches(secret ?? '', [own, ...digests])).toBe(true);
    expect(secretMatches(secret ?? '', [...digests, own])).toBe(true);
  });

  it('matches no other digest, and nothing where there is none', () => {
    const secret = generateClientSecret();
    const other = digestClientSecret(generateClientSecret());

    expect(secretMatches(secret, [other])).toBe(false);
    expect(secretMatches(secret, [])).toBe(false);
    expect(secretMatches('', [])).toBe(false);
    expect(secretMatches(`${secret} `, [digestClientSecret(secret)])).toBe(false);
  });

  it('is not to be found in its digest', () => {
    const secret = generateClientSecret();
    const digest = digestClientSecret(secret);

    expect(digest).toHaveLength(32);
    expect(digest).not.toEqual(Buffer.from(secret.slice(3), 'base64url'));
  });
});

function bitOf(secret: string, bit: number): boolean {
  const byte = Buffer.from(secret.slice(3), 'base64url')[bit >> 3] ?? 0;
  return (byte & (1 << (bit & 7))) !== 0;
}
