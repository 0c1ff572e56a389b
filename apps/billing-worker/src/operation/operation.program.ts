import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { validate as isUuid } from 'uuid';
import { InvoiceEntity } from '../invoices/invoice.entity.js';
import { InvoiceRepository } from '../invoices/invoice.repository.js';
import { LastRun } from '../billing/last-run.js';
import { LastRunEntity } from '../billing/last-run.entity.js';
import { Failures, type Retried } from '../failures/failures.js';
import { inBillingDatabase, type BillingSession } from './billing-database.session.js';
import { ExitCode, OperationFailure } from './operation-failure.js';

const DESCRIPTION =
  'Shows what waits for a person, and has it tried again. Prints one JSON document, also of a failure.\n' +
  'Reads BILLING_DATABASE_URL or BILLING_DATABASE_URL_FILE.';
const MOST_AT_ONCE = 1_000;

/**
 * The operators' program of the billing-worker, made for programs; `npm run billing` shows the same to people.
 *
 * @returns the exit code.
 */
export async function runOperation(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  write: (text: string) => void,
): Promise<ExitCode> {
  const show = (document: object) => write(`${JSON.stringify(document, null, 2)}\n`);
  try {
    await operationProgram(environment, show, write).parseAsync(args, { from: 'user' });
    return ExitCode.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return ExitCode.done;
    const failure = failureOf(error);
    if (!failure) throw error;
    show({ type: 'about:blank', code: failure.code, detail: failure.message });
    return failure.exitCode;
  }
}

function operationProgram(
  environment: NodeJS.ProcessEnv,
  show: (document: object) => void,
  writeHelp: (text: string) => void,
): Command {
  const run = <Result extends object>(operation: (session: BillingSession) => Promise<Result>) =>
    inBillingDatabase(environment, operation).then(show);
  const program = new Command('operate')
    .description(DESCRIPTION)
    .configureOutput({ writeOut: writeHelp, writeErr: () => undefined })
    .exitOverride();
  program
    .command('summary')
    .description('how billing stands')
    .action(() => run(summary));
  program
    .command('failed')
    .description('the invoices that could not be reported, and the orders that cannot be billed')
    .option('--limit <count>', 'of each, at most', countIn, 100)
    .action(({ limit }: { limit: number }) => run((session) => failed(session, limit)));
  program
    .command('retry')
    .description('report failed invoices again')
    .argument('[ids...]', 'of invoices', collectIds)
    .option('--all', 'every one that has failed')
    .action((ids: readonly string[], { all }: { all?: true }) => {
      if (ids.length > 0 === (all === true)) throw usage('name invoices, or --all');
      return run((session) => (all ? retryAll(session) : retry(session, ids)));
    });
  return program;
}

async function summary({ dataSource, jobs }: BillingSession) {
  const invoices = new InvoiceRepository(dataSource.getRepository(InvoiceEntity));
  const lastRun = new LastRun(dataSource.getRepository(LastRunEntity));
  const [{ refusedOrders, ...byStatus }, last, queues] = await Promise.all([
    invoices.counts(),
    lastRun.read(),
    jobs.getQueues(),
  ]);
  return {
    invoices: Object.values(byStatus).reduce((sum, count) => sum + count, 0),
    ...byStatus,
    refusedOrders,
    lastRunAt: last?.endedAt ?? null,
    queues: queues.map(({ name, queuedCount, activeCount }) => ({
      name,
      queued: queuedCount,
      active: activeCount,
    })),
  };
}

async function failed({ dataSource, jobs }: BillingSession, limit: number) {
  const failures = new Failures(dataSource, jobs);
  return {
    invoices: await failures.invoices(limit),
    refusedOrders: await failures.refusedOrders(limit),
  };
}

async function retryAll({ dataSource, jobs }: BillingSession) {
  return { retried: await new Failures(dataSource, jobs).retryAll() };
}

/** All or, if one of them cannot be, those before it: to name them once more is safe. */
async function retry({ dataSource, jobs }: BillingSession, ids: readonly string[]) {
  const failures = new Failures(dataSource, jobs);
  for (const id of ids) refuseUnless(await failures.retry(id), id);
  return { retried: ids };
}

function refuseUnless(outcome: Retried, id: string): void {
  switch (outcome) {
    case 'retried':
      return;
    case 'not_found':
      throw new OperationFailure(ExitCode.notFound, outcome, `there is no invoice ${id}`);
    case 'not_failed':
      throw new OperationFailure(ExitCode.conflict, outcome, `invoice ${id} has not failed`);
  }
}

function countIn(text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= MOST_AT_ONCE) return count;
  throw new InvalidArgumentError(`It must be a number from 1 to ${MOST_AT_ONCE}.`);
}

function collectIds(id: string, before: readonly string[] = []): readonly string[] {
  if (isUuid(id)) return [...before, id];
  throw new InvalidArgumentError('It must be the id of an invoice, which is a UUID.');
}

function failureOf(error: unknown): OperationFailure | undefined {
  if (error instanceof OperationFailure) return error;
  return error instanceof CommanderError ? usage(error.message) : undefined;
}

function usage(detail: string): OperationFailure {
  return new OperationFailure(ExitCode.usage, 'usage', detail.replace(/^error: /, ''));
}
