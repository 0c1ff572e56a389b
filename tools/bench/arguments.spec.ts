import { describe, expect, it } from 'vitest';
import { helpText, parseBenchArguments, UsageError } from './arguments.ts';

const PARTS = ['guard', 'memory'];

describe('the arguments', () => {
  it('are none by default: everything, in full', () => {
    expect(parseBenchArguments([], PARTS)).toEqual({
      help: false,
      quick: false,
      only: [],
      requests: 30_000,
      writeDocs: false,
    });
  });

  it('name parts', () => {
    expect(parseBenchArguments(['--only', 'memory,guard'], PARTS).only).toEqual([
      'memory',
      'guard',
    ]);
  });

  it('make it short, the requests for memory too unless they are given', () => {
    expect(parseBenchArguments(['--quick'], PARTS)).toMatchObject({
      quick: true,
      requests: 6_000,
    });
    expect(parseBenchArguments(['--quick', '--requests', '1000000'], PARTS).requests).toBe(
      1_000_000,
    );
  });

  it.each([
    [['--only', 'gaurd'], 'there is no part gaurd; there are guard, memory'],
    [['--requests', '0'], '--requests takes a whole number; it is "0"'],
    [['--requests', '1e6'], '--requests takes a whole number; it is "1e6"'],
    [['--fast'], '--fast'],
  ])('%j are refused, with the reason', (args, reason) => {
    expect(() => parseBenchArguments(args, PARTS)).toThrow(UsageError);
    expect(() => parseBenchArguments(args, PARTS)).toThrow(reason);
  });

  it('are explained, with every part', () => {
    const guard = { name: 'guard', title: 'what a guard costs' };
    const text = helpText([guard, { name: 'memory', title: 'how much it takes' }], [guard]);
    expect(text).toMatch(/^ {2}guard +what a guard costs$/m);
    expect(text).toMatch(/--quick .*: guard alone/);
  });
});
