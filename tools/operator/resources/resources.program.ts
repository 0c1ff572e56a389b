import type { Command } from 'commander';
import type { ResourcePath } from '../admin-api/admin-api.ts';
import { confirm } from '../command-line/confirm.ts';
import { usageFailure } from '../command-line/operator-failure.ts';
import { printable } from '../command-line/printable.ts';
import { operatorProgram } from '../command-line/program.ts';
import type { Surroundings } from '../command-line/surroundings.ts';
import { READ, READ_AND_WRITE, WRITE, openSession } from '../operator-session.ts';
import { resourceChanges, withRemovalFlags, withResourceFlags } from './resource-flags.ts';
import type { RemovalFlags, ResourceFlags } from './resource-flags.ts';
import { resourceDetails, resourceTable } from './resource-text.ts';

const RESOURCES: ResourcePath = ['resource-servers'];
const IDENTIFIER_FLAG = '--identifier <uri>';
const IDENTIFIER = 'what clients ask for as resource (RFC 8707) and tokens carry as audience';

/** `npm run resources`: the registry of resource servers and their scopes. */
export function resourcesProgram(surroundings: Surroundings): Command {
  const program = operatorProgram(
    'resources',
    'Registers, shows, changes and removes the APIs that tokens are issued for, and their scopes.',
    surroundings,
  );
  addList(program, surroundings);
  addShow(program, surroundings);
  addCreate(program, surroundings);
  addUpdate(program, surroundings);
  addDelete(program, surroundings);
  return program;
}

function addList(program: Command, surroundings: Surroundings): void {
  program
    .command('list')
    .description('list all resource servers')
    .action(async (_flags: unknown, command: Command) => {
      const { api, report } = await openSession(command, READ, surroundings);
      const items = await api.list(RESOURCES);
      report.show({ items, nextCursor: null }, () => resourceTable(items));
    });
}

function addShow(program: Command, surroundings: Surroundings): void {
  program
    .command('show')
    .description('show a resource server and its scopes')
    .argument('<name>')
    .action(async (name: string, _flags: unknown, command: Command) => {
      const { api, report } = await openSession(command, READ, surroundings);
      const { representation: resource } = await api.get([...RESOURCES, name]);
      report.show(resource, () => resourceDetails(resource));
    });
}

function addCreate(program: Command, surroundings: Surroundings): void {
  const create = program
    .command('create')
    .description('register a resource server')
    .argument('<name>')
    .requiredOption(IDENTIFIER_FLAG, IDENTIFIER);
  withResourceFlags(create).action(async (name: string, flags: ResourceFlags, command: Command) => {
    const { api, report } = await openSession(command, WRITE, surroundings);
    const nothing = { scopes: [], introspection_clients: [] };
    const resource = await api.post(RESOURCES, { name, ...resourceChanges(nothing, flags) });
    report.show(resource, () => resourceDetails(resource));
  });
}

function addUpdate(program: Command, surroundings: Surroundings): void {
  const update = program
    .command('update')
    .description('change what is given of a resource server, and leave the rest as it is')
    .argument('<name>')
    .option(IDENTIFIER_FLAG, IDENTIFIER);
  withRemovalFlags(withResourceFlags(update)).action(
    async (name: string, flags: ResourceFlags & RemovalFlags, command: Command) => {
      if (Object.keys(flags).length === 0) throw usageFailure('nothing to change was given');
      const path: ResourcePath = [...RESOURCES, name];
      const { api, report } = await openSession(command, READ_AND_WRITE, surroundings);
      const { representation: before, entityTag } = await api.get(path);
      const resource = await api.patch(path, resourceChanges(before, flags), entityTag);
      report.show(resource, () => resourceDetails(resource));
    },
  );
}

function addDelete(program: Command, surroundings: Surroundings): void {
  program
    .command('delete')
    .description('delete a resource server and its scopes; a terminal is asked first')
    .argument('<name>')
    .option('--yes', 'do not ask')
    .action(async (name: string, flags: { yes?: true }, command: Command) => {
      const shown = printable(name);
      const question = `Delete the resource server ${shown} and its scopes?`;
      if (!flags.yes) await confirm(question, surroundings);
      const { api, report } = await openSession(command, WRITE, surroundings);
      await api.delete([...RESOURCES, name]);
      report.show({ name, deleted: true }, () => `The resource server ${shown} is deleted.`);
    });
}
