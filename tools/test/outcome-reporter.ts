import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node';
import { OUTCOME_FILE_VARIABLE } from './test-outcome.ts';
import type { TestOutcome } from './test-outcome.ts';

type Suite = Pick<TestSuite, 'errors' | 'fullName'>;
type Test = Pick<TestCase, 'fullName' | 'result'>;

interface File extends Pick<TestModule, 'errors' | 'relativeModuleId'> {
  readonly children: { allTests(): Iterable<Test>; allSuites(): Iterable<Suite> };
}

/** Writes what has passed and what has failed to the file that the environment names. */
export default class OutcomeReporter implements Reporter {
  onTestRunEnd(files: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    const file = process.env[OUTCOME_FILE_VARIABLE];
    if (file === undefined) return;
    writeFileSync(file, JSON.stringify(outcomeOf(files, unhandledErrors.length)));
  }
}

/**
 * A file that could not be loaded, a hook that failed and an error outside of any test count as
 * one failed test each: there are tests that should have passed and were not run.
 */
export function outcomeOf(files: readonly File[], unhandledErrors: number): TestOutcome {
  const outside = Array.from({ length: unhandledErrors }, () => 'an error outside of any test');
  return {
    passed: files.flatMap(testsOf).filter((test) => test.result().state === 'passed').length,
    failures: [...files.flatMap(failuresOf), ...outside],
  };
}

function failuresOf(file: File): string[] {
  const tests = testsOf(file).filter((test) => test.result().state === 'failed');
  const suites = [...file.children.allSuites()].filter((suite) => suite.errors().length > 0);
  const names = [...tests, ...suites].map(
    ({ fullName }) => `${file.relativeModuleId} > ${fullName}`,
  );
  return file.errors().length > 0 ? [file.relativeModuleId, ...names] : names;
}

function testsOf(file: File): Test[] {
  return [...file.children.allTests()];
}
