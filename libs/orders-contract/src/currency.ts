import { code, codes } from 'currency-codes';

/** Of the codes that belong to no single country, which start with X, those people pay in; the others are metals, units of account and test codes. */
const MONEY_OF_SEVERAL_COUNTRIES = new Set(['XAF', 'XCD', 'XCG', 'XOF', 'XPF']);

/** How many digits a currency has after the decimal point (ISO 4217), or undefined if it is unknown. */
export function currencyDigits(currency: string): number | undefined {
  return DIGITS.get(currency);
}

const DIGITS: ReadonlyMap<string, number> = new Map([
  ...codes().flatMap((name): [string, number][] => {
    const record = code(name);
    const isMoney = !name.startsWith('X') || MONEY_OF_SEVERAL_COUNTRIES.has(name);
    return record && isMoney ? [[name, record.digits]] : [];
  }),
  // The Caribbean guilder of 2025, which is younger than the package's list.
  ['XCG', 2],
]);
