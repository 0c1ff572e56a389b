import { Problem } from '@m2m/service-defaults';
import { validate } from 'uuid';

/** The cursor that continues a list after an order. Opaque to clients. */
export function cursorAfter(orderId: string): string {
  return Buffer.from(orderId.replaceAll('-', ''), 'hex').toString('base64url');
}

/**
 * The order a cursor continues after.
 *
 * @throws Problem 400 if it is no cursor of ours.
 */
export function orderBefore(cursor: string): string {
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (!validate(id) || cursorAfter(id) !== cursor) {
    throw new Problem(400, {
      code: 'invalid_input',
      detail: 'The input does not match what this operation takes.',
      errors: [{ field: 'cursor', detail: 'is not a cursor of this list' }],
    });
  }
  return id;
}
