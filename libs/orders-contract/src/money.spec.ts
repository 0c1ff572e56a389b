import { describe, expect, it } from 'vitest';
import { currencyDigits } from './currency.js';
import { fromMinorUnits, isAmount, toMinorUnits, totalOf } from './money.js';

describe('isAmount', () => {
  it.each([
    ['12.50', 'EUR'],
    ['0.00', 'EUR'],
    ['0.01', 'EUR'],
    ['999999999999999.99', 'EUR'],
    ['1250', 'JPY'],
    ['0', 'JPY'],
    ['1.250', 'KWD'],
    ['1.2500', 'CLF'],
  ])('accepts %s %s', (text, currency) => {
    expect(isAmount(text, currency)).toBe(true);
  });

  it.each([
    ['1', 'EUR'],
    ['1.0', 'EUR'],
    ['1.000', 'EUR'],
    ['1.', 'EUR'],
    ['.50', 'EUR'],
    ['12.5', 'KWD'],
    ['1.00', 'JPY'],
    ['1.', 'JPY'],
    ['01.00', 'EUR'],
    ['00', 'JPY'],
    ['-1.00', 'EUR'],
    ['-1', 'JPY'],
    ['+1.00', 'EUR'],
    ['1e3', 'JPY'],
    ['1e3.00', 'EUR'],
    ['0x10', 'JPY'],
    ['1,00', 'EUR'],
    ['1_000', 'JPY'],
    ['1.00.00', 'EUR'],
    [' 1.00', 'EUR'],
    ['1.00 ', 'EUR'],
    ['1.00\n', 'EUR'],
    ['', 'EUR'],
    ['', 'JPY'],
    ['NaN', 'JPY'],
    ['Infinity', 'JPY'],
    ['١.٠٠', 'EUR'],
    ['1000000000000000.00', 'EUR'],
    ['1'.repeat(100), 'JPY'],
    ['1.00', 'XYZ'],
    ['1.00', 'eur'],
    ['1', 'XAU'],
  ])('refuses %j %s', (text, currency) => {
    expect(isAmount(text, currency)).toBe(false);
  });
});

describe('minor units', () => {
  it.each([
    ['12.50', 'EUR', 1_250n],
    ['0.05', 'EUR', 5n],
    ['0.00', 'EUR', 0n],
    ['1250', 'JPY', 1_250n],
    ['0.001', 'KWD', 1n],
    ['90071992547409.93', 'EUR', 9_007_199_254_740_993n],
  ])('of %s %s are %d, and back', (amount, currency, units) => {
    expect(toMinorUnits(amount)).toBe(units);
    expect(fromMinorUnits(units, currency)).toBe(amount);
  });

  it.each(['EUR', 'JPY', 'KWD', 'CLF'])('come back as the amount they were, in %s', (currency) => {
    // Around every power of ten, where digits are padded and carried.
    for (let power = 1n; power < 10n ** 15n; power *= 10n) {
      for (const units of [power - 1n, power, power + 1n]) {
        const amount = fromMinorUnits(units, currency);
        expect(isAmount(amount, currency)).toBe(true);
        expect(toMinorUnits(amount)).toBe(units);
      }
    }
  });
});

describe('totalOf', () => {
  it('sums quantity times unit price', () => {
    const lines = [
      { quantity: 3, unitPrice: '0.10' },
      { quantity: 1, unitPrice: '0.20' },
    ];

    expect(totalOf(lines, 'EUR')).toBe('0.50');
    expect(totalOf([{ quantity: 12, unitPrice: '5' }], 'JPY')).toBe('60');
    expect(totalOf([{ quantity: 2, unitPrice: '0.005' }], 'KWD')).toBe('0.010');
  });

  it('is exact where a float would not be', () => {
    const lines = [
      { quantity: 1, unitPrice: '90071992547409.93' },
      { quantity: 1_000_000, unitPrice: '999999999999.99' },
    ];

    expect(totalOf(lines, 'EUR')).toBe('1000090071992537409.93');
  });
});

describe('currencyDigits', () => {
  it.each([
    ['EUR', 2],
    ['USD', 2],
    ['JPY', 0],
    ['KRW', 0],
    ['KWD', 3],
    ['XAF', 0],
    ['XCD', 2],
    ['XCG', 2],
    ['XOF', 0],
    ['XPF', 0],
    ['CLF', 4],
  ])('of %s are %d', (currency, digits) => {
    expect(currencyDigits(currency)).toBe(digits);
  });

  it.each(['XXX', 'XTS', 'XAU', 'XAG', 'XPT', 'XDR', 'eur', 'EU', '978', '', 'toString'])(
    'are unknown for %j, in which no order is',
    (currency) => {
      expect(currencyDigits(currency)).toBeUndefined();
    },
  );
});
