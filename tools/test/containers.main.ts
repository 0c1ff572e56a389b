import { abortOnInterruption, interruptedExitCode } from '../bootstrap/interruptions.mjs';
import { runVitest } from './vitest-run.ts';

const HELP = `Usage: npm run test:containers [-- options of vitest]

Runs the end-to-end tests against the system of docker-compose.yml, which is started if it does not run and is
left running. Needs Docker with Compose; build the images anew beforehand: docker compose build.
The last line is "N passed, N failed", as counted by the test runner.
`;

/** `npm run test:containers`: see HELP. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  if (args[0] === '--help' || args[0] === '-h') {
    process.stdout.write(HELP);
    return 0;
  }
  const interruption = abortOnInterruption();
  process.env['E2E_CONTAINERS'] = '1';
  const { counts, exitCode } = await runVitest(['--project', 'e2e', ...args], interruption);
  if (interruption.aborted) return interruptedExitCode(interruption);
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 && exitCode === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
