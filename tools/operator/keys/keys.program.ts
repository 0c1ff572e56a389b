import type { Command } from 'commander';
import type { Representation, ResourcePath } from '../admin-api/admin-api.ts';
import { confirm } from '../command-line/confirm.ts';
import { moment } from '../command-line/moment.ts';
import { printable } from '../command-line/printable.ts';
import { operatorProgram } from '../command-line/program.ts';
import type { Surroundings } from '../command-line/surroundings.ts';
import { table } from '../command-line/table.ts';
import { READ, WRITE, openSession } from '../operator-session.ts';

const KEYS: ResourcePath = ['keys'];

/** `npm run keys`: the keys that access tokens are signed by. */
export function keysProgram(surroundings: Surroundings): Command {
  const program = operatorProgram(
    'keys',
    'Lists, rotates and withdraws the keys that access tokens are signed by.',
    surroundings,
  );
  addList(program, surroundings);
  addRotate(program, surroundings);
  addRetire(program, surroundings);
  return program;
}

function addList(program: Command, surroundings: Surroundings): void {
  program
    .command('list')
    .description('list the signing keys, newest first')
    .action(async (_flags: unknown, command: Command) => {
      const { api, report } = await openSession(command, READ, surroundings);
      const items = await api.list(KEYS);
      report.show({ items, nextCursor: null }, () => keyTable(items));
    });
}

function addRotate(program: Command, surroundings: Surroundings): void {
  program
    .command('rotate')
    .description('publish the next key, which signs once every verifier can have seen it')
    .action(async (_flags: unknown, command: Command) => {
      const { api, report } = await openSession(command, WRITE, surroundings);
      const key = await api.post([...KEYS, 'rotate']);
      report.show(
        key,
        () => `${keyTable([key])}\n\nIt takes over by itself at ${moment(key['activates_at'])}.`,
      );
    });
}

function addRetire(program: Command, surroundings: Surroundings): void {
  program
    .command('retire')
    .description('withdraw a key at once, in an emergency: tokens signed by it stop verifying')
    .argument('<kid>')
    .option('--yes', 'do not ask')
    .action(async (kid: string, flags: { yes?: true }, command: Command) => {
      const question = `Withdraw ${printable(kid)}? What it has signed is refused from then on.`;
      if (!flags.yes) await confirm(question, surroundings);
      const { api, report } = await openSession(command, WRITE, surroundings);
      const key = await api.post([...KEYS, kid, 'retire']);
      report.show(key, () => `${keyTable([key])}\n\nWhat it has signed stops verifying.`);
    });
}

function keyTable(keys: readonly Representation[]): string {
  const rows = keys.map((key) => [
    String(key['kid']),
    String(key['alg']),
    String(key['state']),
    moment(key['activates_at']),
    moment(key['retires_at']),
    moment(key['withdrawn_at']),
  ]);
  return table(
    ['KID', 'ALG', 'STATE', 'SIGNS FROM', 'PUBLISHED UNTIL', 'WITHDRAWN'],
    rows,
    'no keys',
  );
}
