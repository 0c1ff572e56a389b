import { describe, expect, it } from 'vitest';
import { figureTable, findingTable } from './table.ts';
import { isMet } from './verdict.ts';

describe('the table of findings', () => {
  it('shows the median, the noise, the target and whether it is met', () => {
    const lines = findingTable([
      { name: 'over the limit', unit: '×', values: [0.7, 0.85, 0.9], target: { atLeast: 0.8 } },
      { name: 'memory', unit: 'MB', values: [151], target: { atMost: 150 } },
      { name: 'no target', unit: '1/s', values: [12345.6, 12345.6] },
    ]);
    expect(lines).toEqual([
      'over the limit    0.85  ×    ± 12 %  ≥ 0.8  met',
      'memory             151  MB           ≤ 150  NOT MET',
      'no target       12,346  1/s  ± 0 %',
    ]);
  });
});

describe('the table of figures', () => {
  it('shows three digits, and a dash for what could not be measured', () => {
    const lines = figureTable([
      { name: 'a', unit: 'ms', values: [0.1234] },
      { name: 'b', unit: 'ms', values: [12.345] },
      { name: 'c', unit: 'ms', values: [] },
    ]);
    expect(lines).toEqual(['a  0.12  ms', 'b  12.3  ms', 'c     –  ms']);
  });
});

describe('a target', () => {
  it.each([
    [{ atLeast: 0.8 }, [0.8], true],
    [{ atLeast: 0.8 }, [0.79], false],
    [{ atMost: 3 }, [3], true],
    [{ atMost: 3 }, [3.01], false],
    // By the median, and neither by the best nor by the worst round.
    [{ atLeast: 1 }, [0, 1, 1], true],
    [{ atMost: 1 }, [0, 2, 2], false],
    [{ atLeast: 1 }, [], false],
  ])('%j is judged for %j: %s', (target, values, met) => {
    expect(isMet({ name: '', unit: '×', values, target })).toBe(met);
  });

  it('that does not exist is neither met nor missed', () => {
    expect(isMet({ name: '', unit: '×', values: [1] })).toBeUndefined();
  });
});
