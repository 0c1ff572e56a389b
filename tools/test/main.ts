import { abortOnInterruption, interruptedExitCode } from '../bootstrap/interruptions.mjs';
import { StepReporter } from '../console/step-reporter.mjs';
import { BUILD, runStaticChecks } from './static-checks.ts';
import { printOutcome } from './test-outcome.ts';
import { runVitest } from './vitest-run.ts';

const HELP = `Usage: npm test [-- options of vitest]

Checks formatting, lint with the module boundaries, that nothing is unused, and types, builds, and
runs all unit and end-to-end tests. What has failed is named at the end; the last line is "N passed, N failed",
as counted by the test runner.

  npm test -- -t "R07"                  only tests with this in their name
  npm test -- --project auth-server     only the tests of one project
  npm test -- tools/start               only test files whose path contains this
`;

/** `npm test`: see HELP. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  if (args[0] === '--help' || args[0] === '-h') {
    process.stdout.write(HELP);
    return 0;
  }
  const interruption = abortOnInterruption();
  try {
    return await check(args, interruption);
  } catch (error) {
    if (interruption.aborted) return interruptedExitCode(interruption);
    throw error;
  }
}

async function check(args: readonly string[], interruption: AbortSignal): Promise<number> {
  const failedChecks = await runStaticChecks(new StepReporter(), interruption);
  const { outcome, exitCode } = failedChecks.includes(BUILD)
    ? { outcome: { passed: 0, failures: [] }, exitCode: 1 }
    : await runVitest(args, interruption);
  if (failedChecks.includes(BUILD)) console.log('\nno test was run, because the build has failed');
  if (failedChecks.length > 0) {
    console.log(`\nalso failed: ${failedChecks.map(({ name }) => name).join(', ')}`);
  }
  printOutcome(outcome);
  return failedChecks.length === 0 && outcome.failures.length === 0 && exitCode === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
