import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { styler } from '../../console/style.mjs';
import { ExitCode } from './exit-code.ts';
import { OperatorFailure, usageFailure } from './operator-failure.ts';
import type { Surroundings } from './surroundings.ts';

/** A thumbprint (RFC 7638) that begins like an option, as one in 64 does. */
const KID_LIKE_AN_OPTION = /^-[\w-]{42}$/;

/** Runs a command line and tells of its failure; a mistake in the program keeps its stack. */
export async function run(
  program: Command,
  args: readonly string[],
  surroundings: Surroundings,
): Promise<ExitCode> {
  try {
    await program.parseAsync(kidsLast(args), { from: 'user' });
    return ExitCode.done;
  } catch (error) {
    if (isHelp(error)) return ExitCode.done;
    const failure = explain(error);
    if (failure === undefined) throw error;
    tell(failure, args.includes('--json'), surroundings);
    return failure.exitCode;
  }
}

/** Puts the identifiers of keys where none is taken for an option, whatever it begins with. */
function kidsLast(args: readonly string[]): string[] {
  const kids = args.filter((argument) => KID_LIKE_AN_OPTION.test(argument));
  if (kids.length === 0 || args.includes('--')) return [...args];
  return [...args.filter((argument) => !kids.includes(argument)), '--', ...kids];
}

function isHelp(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}

function explain(error: unknown): OperatorFailure | undefined {
  if (error instanceof OperatorFailure) return error;
  if (!(error instanceof CommanderError)) return undefined;
  if (error.code === 'commander.help') return usageFailure('which verb? (--help lists them)');
  return usageFailure(`${error.message.replace(/^error: /, '')} (--help tells more)`);
}

function tell(failure: OperatorFailure, asJson: boolean, { stdout, stderr }: Surroundings): void {
  if (asJson) stdout.write(`${JSON.stringify(failure.problem, null, 2)}\n`);
  else stderr.write(`${styler(stderr)('red', '✗')} ${failure.message}\n`);
}

/** Runs a program as this process. */
export async function runProcess(
  makeProgram: (surroundings: Surroundings) => Command,
): Promise<void> {
  const surroundings = {
    environment: process.env,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
  };
  // Whoever reads the output may have seen enough of it.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  process.exitCode = await run(makeProgram(surroundings), process.argv.slice(2), surroundings);
}
