import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { abortOnInterruption, interruptedExitCode } from '../bootstrap/interruptions.mjs';
import { BootstrapError } from '../bootstrap/bootstrap-error.mjs';
import { isStamped, removeStamp, writeStamp } from '../bootstrap/install-stamp.mjs';
import { npmCi } from '../bootstrap/npm-ci.mjs';
import { StepReporter } from '../console/step-reporter.mjs';
import { WORKSPACE_ROOT } from '../workspace/root.ts';

const LIBS = ['guards', 'client-credentials'];
const HOME = join(WORKSPACE_ROOT, 'tools/mutation');

const HELP = `Usage: npm run mutation -- ${LIBS.join('|')} [options of Stryker]

Changes the lib's code in one place after another and runs the tests that reach it: a change that no test
notices is a gap in the tests. Ends with these changes and the score of each file. What has not changed
since the last run is taken from it. The first run installs Stryker.

  npm run mutation -- guards                                        some twenty minutes on two processors
  npm run mutation -- guards --mutate "src/keys/*.ts"               only these files
  npm run mutation -- guards --force                                everything anew

The report is .data/mutation/<lib>/report.html.
`;

/** `npm run mutation`: see HELP. Returns the exit code. */
async function main([lib = '', ...options]: readonly string[]): Promise<number> {
  if (!LIBS.includes(lib)) {
    const asked = lib === '--help' || lib === '-h';
    process[asked ? 'stdout' : 'stderr'].write(HELP);
    return asked ? 0 : 2;
  }
  const interruption = abortOnInterruption();
  try {
    await ensureStryker(interruption);
    return await runStryker(lib, options, interruption);
  } catch (error) {
    if (interruption.aborted) return interruptedExitCode(interruption);
    if (!(error instanceof BootstrapError)) throw error;
    console.error(error.message);
    return 1;
  }
}

/** Stryker has a lock file of its own, so that nobody installs it who only starts or tests the system. */
async function ensureStryker(interruption: AbortSignal): Promise<void> {
  if (isStamped(HOME)) return;
  removeStamp(HOME);
  await new StepReporter().step('installing Stryker (once)', 'Stryker installed', () =>
    npmCi(HOME, () => undefined, interruption),
  );
  writeStamp(HOME);
}

function runStryker(
  lib: string,
  options: readonly string[],
  interruption: AbortSignal,
): Promise<number> {
  const program = join(HOME, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const args = [program, 'run', join(HOME, 'stryker.config.mjs'), ...options];
  const cwd = join(WORKSPACE_ROOT, 'libs', lib);
  const child = spawn(process.execPath, args, { cwd, stdio: 'inherit' });
  interruption.addEventListener('abort', () => child.kill('SIGINT'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) =>
      resolve(interruption.aborted ? interruptedExitCode(interruption) : (code ?? 1)),
    );
  });
}

process.exitCode = await main(process.argv.slice(2));
