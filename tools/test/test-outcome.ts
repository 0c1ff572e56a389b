import { existsSync, readFileSync } from 'node:fs';

/** Names the file that the outcome reporter writes to. */
export const OUTCOME_FILE_VARIABLE = 'M2M_TEST_OUTCOME_FILE';

export interface TestOutcome {
  /** How many tests have passed. */
  readonly passed: number;
  /** What has failed, each with its file. */
  readonly failures: readonly string[];
}

/** What the test runner has counted; undefined if it did not come to an end. */
export function readOutcome(file: string): TestOutcome | undefined {
  if (!existsSync(file)) return undefined;
  const outcome: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return isOutcome(outcome) ? outcome : undefined;
}

/** Prints what has failed once more, where it is found without a search, and as the last line the counts. */
export function printOutcome({ passed, failures }: TestOutcome): void {
  for (const failure of failures) console.log(`failed: ${failure}`);
  console.log(`${passed} passed, ${failures.length} failed`);
}

function isOutcome(value: unknown): value is TestOutcome {
  return (
    typeof value === 'object' &&
    value !== null &&
    'passed' in value &&
    typeof value.passed === 'number' &&
    'failures' in value &&
    Array.isArray(value.failures)
  );
}
