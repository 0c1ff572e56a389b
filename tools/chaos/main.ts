import { randomInt } from 'node:crypto';
import { exitCodeOf, interruptedExitCode } from '../bootstrap/interruptions.mjs';
import { StepReporter } from '../console/step-reporter.mjs';
import { APP_NAMES } from '../local-system/apps.ts';
import { Interruption } from '../start/interruption.ts';
import { runQuietly } from '../workspace/quiet-command.ts';
import { tscBuild } from '../workspace/tsc.ts';
import { HELP, UsageError, parseChaosArguments } from './arguments.ts';
import type { ChaosArguments } from './arguments.ts';
import { ChaosRun } from './chaos-run.ts';
import type { ChaosOutcome } from './chaos-run.ts';
import { ChaosSystem } from './chaos-system.ts';
import { outcomeText } from './outcome-text.ts';
import { ProgressLines } from './progress-lines.ts';
import { seededPlan } from './seeded-plan.ts';

const USAGE_EXIT_CODE = 2;
const SEEDS = 2 ** 32;
const SETTLE_MS = 120_000;

/** `npm run chaos`: see HELP. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const parsed = parseChaosArguments(args, randomInt(SEEDS));
    if (!parsed.help) return await wreakHavoc(parsed);
    process.stdout.write(HELP);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${HELP}`);
    return USAGE_EXIT_CODE;
  }
}

async function wreakHavoc(args: ChaosArguments): Promise<number> {
  // Whatever still runs is killed as this process exits.
  const interruption = new Interruption(() => process.exit(exitCodeOf('SIGKILL')));
  interruption.listen();
  const { signal } = interruption;
  const reporter = new StepReporter();
  reporter.line(`seed ${args.seed}: ${args.kills} kills, ${args.orders} orders`);
  try {
    await reporter.step('building the apps', 'apps built', () =>
      runQuietly({ ...tscBuild(APP_NAMES.map((app) => `apps/${app}`)), signal }),
    );
    const system = await reporter.step('starting a system', 'system started', () =>
      ChaosSystem.start({ signal }),
    );
    return await runOn(system, args, signal, reporter);
  } catch (error) {
    if (signal.aborted) return interruptedExitCode(signal);
    throw error;
  }
}

async function runOn(
  system: ChaosSystem,
  { kills, orders, seed }: ChaosArguments,
  signal: AbortSignal,
  reporter: StepReporter,
): Promise<number> {
  let hasFailed = false;
  const lines = new ProgressLines(system.local.databaseUrls, (line) => reporter.line(line));
  try {
    const outcome = await ChaosRun.on(system, {
      plan: seededPlan(seed),
      kills,
      orders,
      settleMs: SETTLE_MS,
      signal,
      onProgress: (progress) => lines.tell(progress),
    });
    reporter.line(`\nseed ${seed}: ${outcomeText(outcome)}`);
    hasFailed = !isGood(outcome);
    if (hasFailed) reporter.line(`logs and data are kept in ${system.directory}`);
    return hasFailed ? 1 : 0;
  } finally {
    await system.stop({ keep: hasFailed });
  }
}

function isGood({ unsettled, violations }: ChaosOutcome): boolean {
  return unsettled === undefined && violations.length === 0;
}

process.exitCode = await main(process.argv.slice(2));
