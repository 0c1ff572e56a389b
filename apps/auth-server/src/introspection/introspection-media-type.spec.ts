import { describe, expect, it } from 'vitest';
import { wantsSignedResponse } from './introspection-media-type.js';

const wants = (accept?: string) => wantsSignedResponse({ headers: { accept } });

describe('an introspection response', () => {
  it.each([
    'application/token-introspection+jwt',
    'Application/Token-Introspection+JWT',
    'application/token-introspection+jwt, application/json',
    'application/token-introspection+jwt, */*;q=0.8',
    'application/json;q=0.9, application/token-introspection+jwt',
    'application/json;q=0, */*',
  ])('I06 is signed for who accepts %s', (accept) => {
    expect(wants(accept)).toBe(true);
  });

  it.each([
    undefined,
    '',
    '*/*',
    'application/*',
    'application/json',
    'application/json, application/token-introspection+jwt',
    'application/token-introspection+jwt;q=0.5, application/json',
    'application/token-introspection+jwt;q=0',
    'application/jwt',
    'text/html',
    'application/token-introspection+jwt-not',
    ';;,=,q',
  ])('I06 is not signed for who accepts %s', (accept) => {
    expect(wants(accept)).toBe(false);
  });

  it('is decided upon in no time, however long the header', () => {
    const started = performance.now();
    wants(`${'*/*;q=0.1,'.repeat(6_000)}x`);
    wants(`${' '.repeat(60_000)}*/*`);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
