import { describe, expect, it } from 'vitest';
import { outcomeOf } from './outcome-reporter.ts';

type File = Parameters<typeof outcomeOf>[0][number];

/** A test file as the runner reports it, with a test of each state and one suite. */
function file(states: readonly string[], fileErrors = 0, suiteErrors = 0): File {
  const errors = (count: number) => () => Array.from({ length: count }, () => ({}));
  return {
    relativeModuleId: 'src/a.spec.ts',
    errors: errors(fileErrors),
    children: {
      allTests: () =>
        states.map((state) => ({ fullName: `suite > is ${state}`, result: () => ({ state }) })),
      allSuites: () => [{ fullName: 'suite', errors: errors(suiteErrors) }],
    },
  } as unknown as File;
}

describe('outcomeOf', () => {
  it('counts over all files, without what was skipped, and names what has failed', () => {
    const outcome = outcomeOf([file(['passed', 'failed', 'skipped']), file(['passed'])], 0);

    expect(outcome).toEqual({
      passed: 2,
      failures: ['src/a.spec.ts > suite > is failed'],
    });
  });

  it('counts a file that could not be loaded as a failed test', () => {
    expect(outcomeOf([file([], 1)], 0)).toEqual({ passed: 0, failures: ['src/a.spec.ts'] });
  });

  it('counts a failed hook as a failed test', () => {
    const outcome = outcomeOf([file(['skipped', 'skipped'], 0, 1)], 0);

    expect(outcome).toEqual({ passed: 0, failures: ['src/a.spec.ts > suite'] });
  });

  it('counts errors outside of any test', () => {
    const { passed, failures } = outcomeOf([file(['passed'])], 2);

    expect(passed).toBe(1);
    expect(failures).toHaveLength(2);
  });
});
