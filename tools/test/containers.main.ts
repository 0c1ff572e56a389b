import { execFileSync, spawn } from 'node:child_process';
import { abortOnInterruption, interruptedExitCode } from '../bootstrap/interruptions.mjs';
import { APP_NAMES, APPS } from '../local-system/apps.ts';
import { findFreePort } from '../local-system/ports.ts';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { printOutcome } from './test-outcome.ts';
import { runVitest } from './vitest-run.ts';

const HELP = `Usage: npm run test:containers [-- options of vitest]

Runs the end-to-end tests against the system of docker-compose.yml, which is built and started for them as a
project of its own, on free ports, and removed at the end with its data. Needs Docker with Compose.
The last line is "N passed, N failed", as counted by the test runner.

  COMPOSE_PROJECT_NAME   the name of the project, m2m-e2e if it is not set. If it runs already it is used as
                         it is and left running; the tests stop, kill and scale what they test.
`;

/** Of each container, where the start has failed. */
const SHOWN_LOG_LINES = '40';

/** `npm run test:containers`: see HELP. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  if (args[0] === '--help' || args[0] === '-h') {
    process.stdout.write(HELP);
    return 0;
  }
  const interruption = abortOnInterruption();
  process.env['E2E_CONTAINERS'] = '1';
  process.env['COMPOSE_PROJECT_NAME'] ??= 'm2m-e2e';
  if (isRunning()) return test(args, interruption);
  try {
    return (await start()) ? await test(args, interruption) : countedAsFailure();
  } finally {
    await compose('down', '--volumes', '--remove-orphans');
  }
}

async function test(args: readonly string[], interruption: AbortSignal): Promise<number> {
  const { outcome, exitCode } = await runVitest(['--project', 'e2e', ...args], interruption);
  if (interruption.aborted) return interruptedExitCode(interruption);
  printOutcome(outcome);
  return outcome.failures.length === 0 && exitCode === 0 ? 0 : 1;
}

function countedAsFailure(): number {
  printOutcome({ passed: 0, failures: ['the start of the system'] });
  return 1;
}

function isRunning(): boolean {
  const options = { cwd: WORKSPACE_ROOT, encoding: 'utf8' } as const;
  return execFileSync('docker', ['compose', 'ps', '--quiet'], options).trim() !== '';
}

/** Starts the system; false, with the end of its logs shown, if it does not become healthy. */
async function start(): Promise<boolean> {
  for (const app of APP_NAMES) {
    process.env[APPS[app].portVariable] ??= String(await findFreePort());
  }
  if (await compose('up', '--build', '--detach', '--wait')) return true;
  await compose('logs', '--tail', SHOWN_LOG_LINES);
  return false;
}

/** Whether the command of Compose succeeded; what it prints is shown. */
function compose(...args: readonly string[]): Promise<boolean> {
  const child = spawn('docker', ['compose', ...args], { cwd: WORKSPACE_ROOT, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code === 0));
  });
}

process.exitCode = await main(process.argv.slice(2));
