import { existsSync, readFileSync } from 'node:fs';

/** Names the file that the count reporter writes to. */
export const COUNTS_FILE_VARIABLE = 'M2M_TEST_COUNTS_FILE';

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
}

/** What the test runner has counted; undefined if it did not come to an end. */
export function readCounts(file: string): TestCounts | undefined {
  if (!existsSync(file)) return undefined;
  const counts: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return isCounts(counts) ? counts : undefined;
}

function isCounts(value: unknown): value is TestCounts {
  return (
    typeof value === 'object' &&
    value !== null &&
    'passed' in value &&
    typeof value.passed === 'number' &&
    'failed' in value &&
    typeof value.failed === 'number'
  );
}
