import type { StepReporter } from '../console/step-reporter.mjs';
import { nxRunMany } from '../workspace/nx.ts';
import { CommandFailure, runQuietly } from '../workspace/quiet-command.ts';
import type { QuietCommand } from '../workspace/quiet-command.ts';

interface StaticCheck {
  readonly name: string;
  readonly command: QuietCommand;
}

const PRETTIER: QuietCommand = {
  script: ['node_modules/prettier/bin/prettier.cjs', '--check', '.'],
};

const KNIP: QuietCommand = { script: ['node_modules/knip/bin/knip.js', '--no-progress'] };

export const BUILD: StaticCheck = { name: 'build', command: nxRunMany('build') };

const STATIC_CHECKS: readonly StaticCheck[] = [
  { name: 'formatting', command: PRETTIER },
  { name: 'lint', command: nxRunMany('lint') },
  { name: 'nothing unused', command: KNIP },
  { name: 'type check', command: nxRunMany('typecheck') },
  BUILD,
];

/**
 * Runs them all, whatever fails.
 *
 * @returns those that have failed
 */
export async function runStaticChecks(
  reporter: StepReporter,
  signal: AbortSignal,
): Promise<StaticCheck[]> {
  const failed: StaticCheck[] = [];
  for (const check of STATIC_CHECKS) {
    if (!(await passes(check, reporter, signal))) failed.push(check);
  }
  return failed;
}

async function passes(
  { name, command }: StaticCheck,
  reporter: StepReporter,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await reporter.step(name, name, () => runQuietly({ ...command, signal }));
    return true;
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    reporter.line(error.message);
    return false;
  }
}
