import { describe, expect, it } from 'vitest';
import { countTests } from './count-reporter.ts';

type Module = Parameters<typeof countTests>[0][number];

/** A test file as the runner reports it. */
function file(states: readonly string[], fileErrors = 0, suiteErrors = 0): Module {
  const errors = (count: number) => () => Array.from({ length: count }, () => ({}));
  return {
    errors: errors(fileErrors),
    children: {
      allTests: () => states.map((state) => ({ result: () => ({ state }) })),
      allSuites: () => [{ errors: errors(suiteErrors) }],
    },
  } as unknown as Module;
}

describe('countTests', () => {
  it('counts over all files, without what was skipped', () => {
    const counts = countTests([file(['passed', 'failed', 'skipped']), file(['passed'])], 0);
    expect(counts).toEqual({ passed: 2, failed: 1 });
  });

  it('counts a file that could not be loaded as a failed test', () => {
    expect(countTests([file([], 1)], 0)).toEqual({ passed: 0, failed: 1 });
  });

  it('counts a failed hook as a failed test', () => {
    expect(countTests([file(['skipped', 'skipped'], 0, 1)], 0)).toEqual({ passed: 0, failed: 1 });
  });

  it('counts errors outside of any test', () => {
    expect(countTests([file(['passed'])], 2)).toEqual({ passed: 1, failed: 2 });
  });
});
