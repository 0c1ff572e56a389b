import { code, codes } from 'currency-codes';

/** ISO 4217 also lists metals, funds and test codes, which belong to no country and which no order is in. */
const NOT_MONEY = /^Zz/;

/** How many digits a currency has after the decimal point (ISO 4217), or undefined if it is unknown. */
export function currencyDigits(currency: string): number | undefined {
  return DIGITS.get(currency);
}

const DIGITS: ReadonlyMap<string, number> = new Map(
  codes().flatMap((name) => {
    const record = code(name);
    if (!record || record.countries.some((country) => NOT_MONEY.test(country))) return [];
    return [[name, record.digits]];
  }),
);
