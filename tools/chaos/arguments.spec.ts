import { describe, expect, it } from 'vitest';
import { UsageError, parseChaosArguments } from './arguments.ts';

describe('parseChaosArguments', () => {
  it('kills a hundred times and places five orders for each kill by default', () => {
    expect(parseChaosArguments([], 7)).toEqual({ help: false, kills: 100, orders: 500, seed: 7 });
    expect(parseChaosArguments(['--kills', '1000'], 7)).toMatchObject({ orders: 5_000 });
  });

  it('combines options', () => {
    const args = ['--kills', '3', '--orders', '20', '--seed', '0'];
    expect(parseChaosArguments(args, 7)).toMatchObject({ kills: 3, orders: 20, seed: 0 });
  });

  it.each([
    [['--kills', '0']],
    [['--kills', '1e3']],
    [['--kills']],
    [['--orders=-5']],
    [['--seed', '4294967296']],
    [['--sead', '1']],
    [['1000']],
  ])('refuses %s', (args) => {
    expect(() => parseChaosArguments(args, 7)).toThrow(UsageError);
  });
});
