import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { abortOnInterruption, interruptedExitCode } from '../bootstrap/interruptions.mjs';
import { StepReporter } from '../console/step-reporter.mjs';
import { CommandFailure } from '../workspace/quiet-command.ts';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { AdoptionError } from './adoption-error.ts';
import type { Adoption } from './adoption.ts';
import { HELP, parseAdoptArguments, UNDO, UsageError } from './arguments.ts';
import { carryOut, format, removedWorkspaces } from './carry-out.ts';
import { inspectCopy, readText } from './copy.ts';
import { isInstalledHere, moveLinks } from './installed-packages.ts';
import { planText } from './plan-text.ts';
import { planAdoption } from './plan.ts';
import type { Change } from './plan.ts';
import { makeService } from './without-samples/make-service.ts';

const USAGE_EXIT_CODE = 2;
const NOT_INSTALLED =
  '--without-samples makes a service by the packages of this copy, which are not all there; first: npm install';

/** `npm run adopt`: see HELP. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const { help, dryRun, adoption } = parseAdoptArguments(args);
    if (help || adoption === undefined) process.stdout.write(HELP);
    else if (dryRun) process.stdout.write(planText(plan(adoption), adoption));
    else return await adopt(adoption);
    return 0;
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${HELP}`);
    return USAGE_EXIT_CODE;
  }
  if (!(error instanceof AdoptionError)) throw error;
  process.stderr.write(`${error.message}\n`);
  return 1;
}

function plan(adoption: Adoption): Change[] {
  const { tree, files } = inspectCopy(WORKSPACE_ROOT);
  const manifest = readFileSync(join(WORKSPACE_ROOT, 'package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const read = (file: string) => readText(WORKSPACE_ROOT, file);
  return planAdoption(files, read, adoption, { version, tree, today: new Date() });
}

async function adopt(adoption: Adoption): Promise<number> {
  const interruption = abortOnInterruption();
  const changes = plan(adoption);
  const wasInstalled = isInstalledHere(WORKSPACE_ROOT);
  if (adoption.service && !wasInstalled) throw new AdoptionError(NOT_INSTALLED);
  try {
    await write(adoption, changes, wasInstalled, interruption);
  } catch (error) {
    // Half of it is no state to go on from.
    process.stderr.write(`\nnot finished; what was there comes back by: ${UNDO}\n`);
    if (interruption.aborted) return interruptedExitCode(interruption);
    if (!(error instanceof CommandFailure)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 1;
  }
  process.stdout.write(closingText(adoption));
  return 0;
}

async function write(
  adoption: Adoption,
  changes: readonly Change[],
  wasInstalled: boolean,
  interruption: AbortSignal,
): Promise<void> {
  const reporter = new StepReporter();
  await reporter.step('writing', `${changes.length} files written or removed`, () =>
    carryOut(WORKSPACE_ROOT, changes),
  );
  await reporter.step('formatting', 'formatted', () => format(changes, interruption));
  if (wasInstalled) moveLinks(WORKSPACE_ROOT, adoption.scope, removedWorkspaces(changes));
  const { service } = adoption;
  if (service === undefined) return;
  await reporter.step(`making the ${service.name}`, `${service.name} made`, () =>
    makeService(WORKSPACE_ROOT, service, adoption, interruption),
  );
}

function closingText({ name }: Adoption): string {
  return `
  This is ${name} now. Look at it, test it, and commit it:

    git add --all && git diff --staged --stat
    npm test
    git commit -m "Adopt as ${name}"

  Undo it before that:  ${UNDO}
  What it was, and how to take over later fixes:  docs/adopted-from.md
`;
}

process.exitCode = await main(process.argv.slice(2));
