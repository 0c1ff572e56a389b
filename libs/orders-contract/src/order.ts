import { z } from 'zod';
import { currencyDigits } from './currency.js';
import { isAmount, totalOf } from './money.js';

/** Text that people and databases can hold: no control characters, no surrounding blanks. */
const text = (most: number) =>
  z
    .string()
    .min(1, 'must not be empty')
    .max(most, `must have at most ${most} characters`)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must hold no control characters')
    .refine((value) => value.trim() === value, 'must not start or end with blanks');

const currency = z.string().refine((value) => currencyDigits(value) !== undefined, {
  error: 'must be an ISO 4217 currency code',
  // Without a currency nothing can be said about the amounts.
  abort: true,
});

const amountMessage = 'must be a decimal string with exactly the digits of the currency';
const MOST_LINES = 100;
const MOST_OF_A_KIND = 1_000_000;

const orderLine = z.strictObject({
  sku: text(64),
  quantity: z
    .int('must be a whole number')
    .min(1, { error: 'must be at least 1', abort: true })
    .max(MOST_OF_A_KIND, { error: `must be at most ${MOST_OF_A_KIND}`, abort: true }),
  unitPrice: z.string('must be a decimal string').max(24, { error: amountMessage, abort: true }),
});

/** The body of `POST /orders`. The total is computed, never taken from the caller. */
export const newOrder = z
  .strictObject({
    customerId: text(64),
    currency,
    lines: z
      .array(orderLine)
      .min(1, 'must have at least one line')
      .max(MOST_LINES, `must have at most ${MOST_LINES} lines`),
  })
  .superRefine((order, context) => {
    const wrong = order.lines.findIndex((line) => !isAmount(line.unitPrice, order.currency));
    if (wrong >= 0) {
      const path = ['lines', wrong, 'unitPrice'];
      context.addIssue({ code: 'custom', message: amountMessage, path });
    } else if (!isAmount(totalOf(order.lines, order.currency), order.currency)) {
      context.addIssue({ code: 'custom', message: 'add up to too large a total', path: ['lines'] });
    }
  });

export const orderStatus = z.enum(['pending', 'billed', 'cancelled'], {
  error: 'must be one of pending, billed, cancelled',
});

/**
 * An order, as the API shows it. More tolerant than what it takes in: a client has to get along with
 * members, currencies and digits that come later.
 */
export const order = z.object({
  id: z.uuid(),
  customerId: z.string(),
  lines: z.array(z.object({ sku: z.string(), quantity: z.number(), unitPrice: z.string() })),
  currency: z.string(),
  total: z.string(),
  status: orderStatus,
  createdAt: z.iso.datetime({ offset: true }),
  invoiceId: z.string().optional(),
  billedAt: z.iso.datetime({ offset: true }).optional(),
});

/** A page of orders; `nextCursor` is null on the last one. */
export const orderPage = z.object({ items: z.array(order), nextCursor: z.string().nullable() });

const MOST_PER_PAGE = 200;

/** The query of `GET /orders`. */
export const orderQuery = z.strictObject({
  status: orderStatus.optional(),
  limit: z.coerce
    .number({ error: 'must be a number' })
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(MOST_PER_PAGE, `must be at most ${MOST_PER_PAGE}`)
    .default(50),
  cursor: z.string('must be given once').max(200, 'is not a cursor of this list').optional(),
});

const timeMessage = 'must be an ISO 8601 date and time';

/** In UTC, where an offset may lead to another year. ISO 8601 has no other years without agreement, and SQL no year 0. */
function hasFourDigitYear(time: string): boolean {
  const year = new Date(time).getUTCFullYear();
  return year >= 1 && year <= 9_999;
}

/** The body of `PUT /orders/{id}/billing`. */
export const billing = z
  .strictObject({
    invoiceId: z
      .string()
      .regex(/^[\w.:-]{1,64}$/, 'must have 1 to 64 letters, digits, dots, colons, hyphens'),
    amount: z.string('must be a decimal string').max(24, { error: amountMessage, abort: true }),
    currency,
    billedAt: z.iso
      .datetime({ offset: true, error: timeMessage, abort: true })
      .refine(hasFourDigitYear, timeMessage),
  })
  .superRefine((value, context) => {
    if (!isAmount(value.amount, value.currency)) {
      context.addIssue({ code: 'custom', message: amountMessage, path: ['amount'] });
    }
  });

export type NewOrder = z.output<typeof newOrder>;
export type OrderLine = z.output<typeof orderLine>;
export type OrderStatus = z.output<typeof orderStatus>;
export type Order = z.output<typeof order>;
export type OrderPage = z.output<typeof orderPage>;
export type OrderQuery = z.output<typeof orderQuery>;
export type Billing = z.output<typeof billing>;
