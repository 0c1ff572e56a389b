import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { COUNTS_FILE_VARIABLE, readCounts } from './test-counts.ts';
import type { TestCounts } from './test-counts.ts';

export interface VitestOutcome {
  readonly counts: TestCounts;
  readonly exitCode: number;
}

/** Runs all tests in this terminal. A run that breaks off has failed, if only once. */
export async function runVitest(
  args: readonly string[],
  signal: AbortSignal,
): Promise<VitestOutcome> {
  const directory = mkdtempSync(join(tmpdir(), 'm2m-test-counts-'));
  const countsFile = join(directory, 'counts.json');
  try {
    const exitCode = await runInTerminal(args, countsFile, signal);
    return { exitCode, counts: readCounts(countsFile) ?? { passed: 0, failed: 1 } };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function runInTerminal(
  args: readonly string[],
  countsFile: string,
  signal: AbortSignal,
): Promise<number> {
  const script = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=tools/test/count-reporter.ts',
    ...args,
  ];
  const child = spawn(process.execPath, script, {
    cwd: WORKSPACE_ROOT,
    env: { ...process.env, [COUNTS_FILE_VARIABLE]: countsFile },
    stdio: 'inherit',
  });
  signal.addEventListener('abort', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
