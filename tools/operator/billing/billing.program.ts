import type { Command } from 'commander';
import { commandLine } from '../command-line/program.ts';
import type { OutputOptions } from '../command-line/program.ts';
import { Report } from '../command-line/report.ts';
import type { Surroundings } from '../command-line/surroundings.ts';
import { failedText, summaryText } from './billing-text.ts';
import type { FailedDocument, Shown } from './billing-text.ts';
import { operate } from './operate.ts';

const ENVIRONMENT = `Environment:
  BILLING_DATABASE_URL     the database to work in, also as BILLING_DATABASE_URL_FILE
  M2M_DATA_DIR             instead of .data, where npm start keeps its own`;

/** `npm run billing`: how billing stands, and what waits for a person. */
export function billingProgram(surroundings: Surroundings): Command {
  const program = commandLine(
    'billing',
    'Shows how billing stands and what has failed, and has it tried again.',
    ENVIRONMENT,
    surroundings,
  );
  addSummary(program, surroundings);
  addFailed(program, surroundings);
  addRetry(program, surroundings);
  return program;
}

function addSummary(program: Command, surroundings: Surroundings): void {
  program
    .command('summary')
    .description('show how billing stands')
    .action(async (_flags: unknown, command: Command) => {
      const summary = (await operate(['summary'], surroundings.environment)) as Shown;
      reportOf(command, surroundings).show(summary, () => summaryText(summary));
    });
}

function addFailed(program: Command, surroundings: Surroundings): void {
  program
    .command('failed')
    .description(
      'list the invoices that could not be reported, and the orders that cannot be billed',
    )
    .option('--limit <count>', 'of each at most, up to 1000', '100')
    .action(async ({ limit }: { limit: string }, command: Command) => {
      const args = ['failed', '--limit', limit];
      const failed = (await operate(args, surroundings.environment)) as FailedDocument;
      reportOf(command, surroundings).show(failed, () => failedText(failed));
    });
}

function addRetry(program: Command, surroundings: Surroundings): void {
  program
    .command('retry')
    .description('have failed invoices reported again')
    .argument('[ids...]', 'of invoices, as `failed` lists them')
    .option('--all', 'every one that has failed')
    .action(async (ids: readonly string[], { all }: { all?: true }, command: Command) => {
      const args = ['retry', ...(all ? ['--all'] : []), '--', ...ids];
      const done = (await operate(args, surroundings.environment)) as {
        readonly retried: readonly string[];
      };
      const { length: count } = done.retried;
      const text = `${count} ${count === 1 ? 'invoice' : 'invoices'} to be reported again`;
      reportOf(command, surroundings).show(done, () => text);
    });
}

function reportOf(command: Command, surroundings: Surroundings): Report {
  return new Report(command.optsWithGlobals<OutputOptions>().json === true, surroundings);
}
