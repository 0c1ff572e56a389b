import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { OUTCOME_FILE_VARIABLE, readOutcome } from './test-outcome.ts';
import type { TestOutcome } from './test-outcome.ts';

export interface VitestRun {
  readonly outcome: TestOutcome;
  readonly exitCode: number;
}

const BROKEN_OFF: TestOutcome = { passed: 0, failures: ['the run itself, which broke off'] };

/** Runs all tests in this terminal. A run that breaks off has failed, if only once. */
export async function runVitest(args: readonly string[], signal: AbortSignal): Promise<VitestRun> {
  const directory = mkdtempSync(join(tmpdir(), 'm2m-test-outcome-'));
  const outcomeFile = join(directory, 'outcome.json');
  try {
    const exitCode = await runInTerminal(args, outcomeFile, signal);
    return { exitCode, outcome: readOutcome(outcomeFile) ?? BROKEN_OFF };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function runInTerminal(
  args: readonly string[],
  outcomeFile: string,
  signal: AbortSignal,
): Promise<number> {
  const script = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=tools/test/outcome-reporter.ts',
    ...args,
  ];
  const child = spawn(process.execPath, script, {
    cwd: WORKSPACE_ROOT,
    env: { ...process.env, [OUTCOME_FILE_VARIABLE]: outcomeFile },
    stdio: 'inherit',
  });
  signal.addEventListener('abort', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
