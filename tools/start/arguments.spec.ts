import { describe, expect, it } from 'vitest';
import { UsageError, parseStartArguments } from './arguments.ts';

describe('parseStartArguments', () => {
  it('stays up and places no further orders by default', () => {
    expect(parseStartArguments([])).toEqual({ help: false, once: false, orders: 0 });
  });

  it('combines options', () => {
    expect(parseStartArguments(['--once', '--orders', '1000000'])).toMatchObject({
      once: true,
      orders: 1_000_000,
    });
  });

  it.each([
    [['--orders', '0']],
    [['--orders', '1000001']],
    [['--orders', '1e3']],
    [['--orders=-5']],
    [['--orders']],
    [['--onse']],
    [['once']],
  ])('refuses %s', (args) => {
    expect(() => parseStartArguments(args)).toThrow(UsageError);
  });
});
