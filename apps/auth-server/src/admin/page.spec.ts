import { Problem } from '@m2m/service-defaults';
import { describe, expect, it } from 'vitest';
import { clientId } from '../clients/client-id.js';
import { cursorAfter, keyBefore, pageOf } from './page.js';

describe('a page', () => {
  it.each([
    [3, 2, ['a', 'b'], cursorAfter('b')],
    [2, 2, ['a', 'b'], null],
    [1, 2, ['a'], null],
    [0, 2, [], null],
  ])('of %d found and %d asked for', (found, limit, items, nextCursor) => {
    const all = ['a', 'b', 'c'].slice(0, found);

    expect(pageOf(all, limit, (key) => key)).toEqual({ items, nextCursor });
  });
});

describe('a cursor', () => {
  it.each(['worker', 'a:b%+ é', '漢字', 'x'.repeat(100)])('leads back to %j', (key) => {
    const cursor = cursorAfter(key);

    expect(keyBefore(cursor, clientId)).toBe(key);
    expect(cursor).toMatch(/^[\w-]+$/);
  });

  it.each([
    ['nothing', ''],
    ['padding', `${cursorAfter('work')}==`],
    ['another ending of the same bytes', 'YR'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe]).toString('base64url')],
    ['a NUL', cursorAfter('\0')],
    ['what cannot be a key', cursorAfter('x'.repeat(101))],
    ['a line break', `${cursorAfter('worker')}\n`],
  ])('is not made of %s', (_kind, cursor) => {
    expect(() => keyBefore(cursor, clientId)).toThrow(Problem);
  });
});
