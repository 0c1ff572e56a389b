import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule, TestSuite } from 'vitest/node';
import { COUNTS_FILE_VARIABLE } from './test-counts.ts';
import type { TestCounts } from './test-counts.ts';

/** Writes how many tests have passed and failed to the file that the environment names. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    const file = process.env[COUNTS_FILE_VARIABLE];
    if (file === undefined) return;
    writeFileSync(file, JSON.stringify(countTests(modules, unhandledErrors.length)));
  }
}

/**
 * A file that could not be loaded, a hook that failed and an error outside of any test count as
 * one failed test each: there are tests that should have passed and were not run.
 */
export function countTests(
  modules: ReadonlyArray<Pick<TestModule, 'children' | 'errors'>>,
  unhandledErrors: number,
): TestCounts {
  let passed = 0;
  let failed = unhandledErrors;
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') passed += 1;
      if (state === 'failed') failed += 1;
    }
    const suites: Pick<TestSuite, 'errors'>[] = [module, ...module.children.allSuites()];
    failed += suites.filter((suite) => suite.errors().length > 0).length;
  }
  return { passed, failed };
}
