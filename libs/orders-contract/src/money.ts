import { currencyDigits } from './currency.js';

/** At most this many digits before the decimal point: no amount can overflow anything downstream. */
const MOST_INTEGER_DIGITS = 15;

/**
 * Whether a text is an amount of a currency: a plain decimal with exactly the currency's own digits
 * (ISO 4217), such as `12.50` EUR, `1250` JPY or `1.250` KWD. Never negative, never a float.
 */
export function isAmount(text: string, currency: string): boolean {
  const digits = currencyDigits(currency);
  if (digits === undefined) return false;
  const fraction = digits === 0 ? '' : `\\.\\d{${digits}}`;
  return new RegExp(`^(0|[1-9]\\d{0,${MOST_INTEGER_DIGITS - 1}})${fraction}$`).test(text);
}

/** The amount in the currency's smallest unit, exactly. */
export function toMinorUnits(amount: string): bigint {
  return BigInt(amount.replace('.', ''));
}

/** The inverse of {@link toMinorUnits}. */
export function fromMinorUnits(units: bigint, currency: string): string {
  const digits = currencyDigits(currency) ?? 0;
  const text = units.toString().padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The sum of quantity times unit price, exactly. */
export function totalOf(
  lines: readonly { readonly quantity: number; readonly unitPrice: string }[],
  currency: string,
): string {
  const units = lines.reduce(
    (sum, line) => sum + BigInt(line.quantity) * toMinorUnits(line.unitPrice),
    0n,
  );
  return fromMinorUnits(units, currency);
}
