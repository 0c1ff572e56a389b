import { join } from 'node:path';
import { abortOnInterruption, interruptedExitCode } from '../bootstrap/interruptions.mjs';
import { BootstrapError } from '../bootstrap/bootstrap-error.mjs';
import { StepReporter } from '../console/step-reporter.mjs';
import { LocalSystemError } from '../local-system/index.ts';
import { nxRunMany } from '../workspace/nx.ts';
import { CommandFailure, runQuietly } from '../workspace/quiet-command.ts';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { helpText, parseBenchArguments, UsageError, type BenchArguments } from './arguments.ts';
import { BenchError } from './bench-error.ts';
import { LoadGenerator } from './load/load-generator.ts';
import { planCores } from './machine/cores.ts';
import { describeMachine } from './machine/machine.ts';
import type { BenchContext, Part } from './part.ts';
import { parts, quickParts } from './parts.ts';
import { ensurePeers } from './peers.ts';
import { writeGeneratedSection } from './report/generated-section.ts';
import { publishedRatios } from './report/published-ratios.ts';
import { writeResults, type PartResult } from './report/results-file.ts';
import { figureTable, findingTable } from './report/table.ts';

const RESULTS = join(WORKSPACE_ROOT, 'bench/results.json');
const README = join(WORKSPACE_ROOT, 'README.md');

/** `npm run bench`: see the help. Returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const interruption = abortOnInterruption();
  // What was started is killed, and what it kept removed, as this process exits: after all others have heard of
  // the interruption, since an installation or a build has a process group of its own to end.
  interruption.addEventListener('abort', () =>
    setImmediate(() => process.exit(interruptedExitCode(interruption))),
  );
  try {
    const names = parts.map(({ name }) => name);
    const parsed = parseBenchArguments(args, names);
    if (parsed.help) process.stdout.write(helpText(parts, quickParts));
    else await bench(parsed, interruption);
    return 0;
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): number {
  if (error instanceof UsageError) {
    process.stderr.write(`${error.message}\n\n${helpText(parts, quickParts)}`);
    return 2;
  }
  const isForPeople = [BenchError, BootstrapError, LocalSystemError, CommandFailure].some(
    (kind) => error instanceof kind,
  );
  if (!isForPeople || !(error instanceof Error)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  return 1;
}

async function bench(args: BenchArguments, signal: AbortSignal): Promise<void> {
  const reporter = new StepReporter();
  await ensurePeers(reporter, signal);
  await reporter.step('building', 'built', () => runQuietly({ ...nxRunMany('build'), signal }));
  const cores = planCores();
  reporter.line(`  ${cores.description}`);
  const generator = new LoadGenerator(cores.load);
  try {
    const { quick, requests, writeDocs } = args;
    const context = { cores, generator, quick, requests, writeDocs, reporter, signal };
    const results = await runParts(context, args.only);
    writeResults(RESULTS, results);
    if (writeDocs) await writeGeneratedSection(README, publishedRatios(RESULTS));
    printTables(results);
  } finally {
    await generator.stop();
  }
}

async function runParts(context: BenchContext, only: readonly string[]): Promise<PartResult[]> {
  const results: PartResult[] = [];
  const machine = describeMachine(context.cores);
  for (const { name, title, run } of partsToRun(context.quick, only)) {
    context.reporter.line(`\n${name}: ${title}`);
    const measuredAt = new Date();
    const report = await run(context);
    for (const line of figureTable(report.figures)) context.reporter.line(`    ${line}`);
    results.push({ name, measuredAt, machine, quick: context.quick, ...report });
  }
  return results;
}

function partsToRun(quick: boolean, only: readonly string[]): readonly Part[] {
  if (only.length > 0) return parts.filter(({ name }) => only.includes(name));
  return quick ? quickParts : parts;
}

function printTables(results: readonly PartResult[]): void {
  const findings = results.flatMap((result) => result.findings);
  console.log(`\n${findingTable(findings).join('\n')}`);
  for (const { name, notes } of results) {
    for (const note of notes) console.log(`\n${name}: ${note}`);
  }
  console.log('\nEvery figure is in bench/results.json; docs/benchmarks.md says how to read them.');
}

process.exitCode = await main(process.argv.slice(2));
