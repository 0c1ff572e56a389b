import { invalidInput } from '@m2m/service-defaults';
import { z } from 'zod';

const MOST_PER_PAGE = 100;
/** A key of 100 characters of four bytes each, in base64url. */
const LONGEST_CURSOR = 540;

/** The members of a query that every list takes. */
export const pageQuery = {
  limit: z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(MOST_PER_PAGE, `must be at most ${MOST_PER_PAGE}`)
    .default(50),
  cursor: z
    .string('must be given once')
    .max(LONGEST_CURSOR, 'is not a cursor of this list')
    .optional(),
};

/** A page of a list; `nextCursor` is null on the last one. */
export interface Page<Item> {
  readonly items: Item[];
  readonly nextCursor: string | null;
}

/** Makes a page of what was found, which is one more than asked for where there is another page. */
export function pageOf<Item>(
  found: readonly Item[],
  limit: number,
  keyOf: (item: Item) => string,
): Page<Item> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last ? cursorAfter(keyOf(last)) : null };
}

/** The cursor that continues a list after a key. Opaque to clients. */
export function cursorAfter(key: string): string {
  return Buffer.from(key).toString('base64url');
}

/**
 * The key a cursor continues after.
 *
 * @param keys what the keys of the list look like.
 * @throws Problem 400 if it is no cursor of that list.
 */
export function keyBefore(cursor: string, keys: z.ZodType<string>): string {
  const key = Buffer.from(cursor, 'base64url').toString('utf8');
  if (keys.safeParse(key).success && cursorAfter(key) === cursor) return key;
  throw invalidInput([{ path: ['cursor'], message: 'is not a cursor of this list' }]);
}
