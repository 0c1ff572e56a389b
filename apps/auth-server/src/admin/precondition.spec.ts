import { Problem } from '@m2m/service-defaults';
import { describe, expect, it } from 'vitest';
import { entityTag, Precondition } from './precondition.js';

describe('Precondition', () => {
  it.each([
    ['no header', undefined],
    ['any version', '*'],
    ['this version', entityTag(3)],
    ['this version among others', '"1", "3" ,"4"'],
    ['this version, strong, and the same, weak', 'W/"3", "3"'],
  ])('lets a change pass that comes with %s', (_kind, header) => {
    expect(statusOf(() => Precondition.fromIfMatch(header).requireMetBy(3))).toBeUndefined();
  });

  it.each([
    ['another version', '"2"'],
    ['other versions', '"2", "4"'],
    ['what begins alike', '"33"'],
    ['a weak tag', 'W/"3"'],
    ['an empty tag', '""'],
    ['a tag that is no version', '"a,b"'],
  ])('refuses a change that comes with %s', (_kind, header) => {
    expect(statusOf(() => Precondition.fromIfMatch(header).requireMetBy(3))).toBe(412);
  });

  it.each(['', ' ', '3', '"3', '3"', '"3" "3"', 'w/"3"', '* , "3"', '"a b"', ',', '"3",,"3"'])(
    'does not understand %j',
    (header) => {
      expect(statusOf(() => Precondition.fromIfMatch(header))).toBe(400);
    },
  );

  it('reads a long header at once', () => {
    const started = performance.now();
    expect(statusOf(() => Precondition.fromIfMatch(`${'"3", '.repeat(10_000)}x`))).toBe(400);
    expect(statusOf(() => Precondition.fromIfMatch(`"3"${' '.repeat(60_000)}x`))).toBe(400);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

function statusOf(act: () => unknown): number | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.getStatus();
  }
}
