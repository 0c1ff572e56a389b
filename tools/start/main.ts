import { resolve } from 'node:path';
import { exitCodeOf, interruptedExitCode } from '../bootstrap/interruptions.mjs';
import { StepReporter } from '../console/step-reporter.mjs';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { HELP, UsageError, parseStartArguments } from './arguments.ts';
import type { StartArguments } from './arguments.ts';
import { failureText } from './failure-text.ts';
import { Interruption } from './interruption.ts';
import { runStartSession } from './start-session.ts';

const USAGE_EXIT_CODE = 2;

/** `npm start`: see HELP. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const parsed = parseStartArguments(args);
    if (!parsed.help) return await start(parsed);
    process.stdout.write(HELP);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${HELP}`);
    return USAGE_EXIT_CODE;
  }
}

async function start(args: StartArguments): Promise<number> {
  // Whatever still runs is killed as this process exits.
  const interruption = new Interruption(() => process.exit(exitCodeOf('SIGKILL')));
  interruption.listen();
  const dataDir = resolve(WORKSPACE_ROOT, process.env['M2M_DATA_DIR'] || '.data');
  try {
    await runStartSession(args, {
      dataDir,
      reporter: new StepReporter(),
      signal: interruption.signal,
    });
    return 0;
  } catch (error) {
    if (interruption.signal.aborted) return interruptedExitCode(interruption.signal);
    const text = failureText(error, dataDir);
    if (text === undefined) throw error;
    process.stderr.write(`\n${text}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
