import { resolve } from 'node:path';
import { exitCodeOf } from '../bootstrap/interruptions.mjs';
import { StepReporter } from '../console/step-reporter.mjs';
import { explain } from '../local-system/index.ts';
import { WORKSPACE_ROOT } from '../local-system/workspace.ts';
import { HELP, UsageError, parseStartArguments } from './arguments.ts';
import type { StartArguments } from './arguments.ts';
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
  try {
    await runStartSession(args, {
      dataDir: resolve(WORKSPACE_ROOT, process.env['M2M_DATA_DIR'] || '.data'),
      reporter: new StepReporter(),
      signal: interruption.signal,
    });
    return 0;
  } catch (error) {
    if (interruption.signal.aborted) return exitCodeOf(interruption.signal.reason);
    const explanation = explain(error);
    if (explanation === undefined) throw error;
    process.stderr.write(`\n${explanation}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
