import { Problem } from '@m2m/service-defaults';
import { v7 as uuidv7 } from 'uuid';
import { describe, expect, it } from 'vitest';
import { cursorAfter, orderBefore } from './cursor.js';

const ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const CURSOR = 'AYkKXayWd0u8zrMCCZqAVw';

describe('a cursor', () => {
  it('leads back to the order it was made of', () => {
    for (const id of [ID, ...Array.from({ length: 100 }, () => uuidv7())]) {
      expect(orderBefore(cursorAfter(id))).toBe(id);
    }
  });

  it('can stand in a URL as it is, and does not show the order id', () => {
    expect(cursorAfter(ID)).toBe(CURSOR);
  });

  it.each([
    ['nothing', ''],
    ['a word', 'next'],
    ['an order id', ID],
    ['too few bytes', CURSOR.slice(0, 21)],
    ['too many bytes', `${CURSOR}AAAA`],
    ['padding', `${CURSOR}==`],
    ['another ending of the same bytes', CURSOR.replace(/w$/, 'x')],
    ['a line break', `${CURSOR}\n`],
    ['sixteen bytes that are no UUID', Buffer.alloc(16, 0xfe).toString('base64url')],
    ['a statement', `' OR 1=1 --`],
    ['characters beyond ASCII', 'ä'.repeat(22)],
  ])('is not made of %s', (_kind, cursor) => {
    expect(refusalOf(cursor)).toMatchObject({
      code: 'invalid_input',
      errors: [{ field: 'cursor', detail: 'is not a cursor of this list' }],
    });
  });
});

function refusalOf(cursor: string): unknown {
  try {
    return orderBefore(cursor);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return error.getStatus() === 400 ? error.members : error;
  }
}
