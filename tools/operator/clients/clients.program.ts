import type { Command } from 'commander';
import type { ResourcePath } from '../admin-api/admin-api.ts';
import { confirm } from '../command-line/confirm.ts';
import { usageFailure } from '../command-line/operator-failure.ts';
import { operatorProgram } from '../command-line/program.ts';
import { printable } from '../command-line/printable.ts';
import { seconds } from '../command-line/seconds.ts';
import type { Surroundings } from '../command-line/surroundings.ts';
import { READ, READ_AND_WRITE, WRITE, openSession } from '../operator-session.ts';
import { clientMetadata, withClientFlags } from './client-flags.ts';
import type { ClientFlags } from './client-flags.ts';
import { clientDetails, clientTable } from './client-text.ts';
import { keepSecret, secretText, withSecretFlags } from './secret-output.ts';
import type { SecretFlags } from './secret-output.ts';

const CLIENTS: ResourcePath = ['clients'];
const CLIENT_ID = '<client_id>';

/** What is done to a client by a POST below it that needs no further input. */
const ACTIONS = [
  {
    verb: 'disable',
    description: 'give a client no more tokens',
    done: 'It gets no tokens from now on. Those it has stay good until they end, or until revoke-tokens.',
  },
  {
    verb: 'enable',
    description: 'give a client tokens again',
    done: 'It gets tokens again.',
  },
  {
    verb: 'revoke-tokens',
    description: 'revoke all tokens that a client was given so far',
    done: 'All tokens it was given so far are revoked. Unless it is disabled, it gets new ones.',
  },
] as const;

/** `npm run clients`: the registry of clients. */
export function clientsProgram(surroundings: Surroundings): Command {
  const program = operatorProgram(
    'clients',
    'Registers, shows, changes and removes the clients of the authorization server.',
    surroundings,
  );
  addList(program, surroundings);
  addShow(program, surroundings);
  addCreate(program, surroundings);
  addUpdate(program, surroundings);
  addRotateSecret(program, surroundings);
  addEndSecret(program, surroundings);
  for (const action of ACTIONS) addAction(program, action, surroundings);
  addDelete(program, surroundings);
  return program;
}

function addList(program: Command, surroundings: Surroundings): void {
  program
    .command('list')
    .description('list all clients')
    .option('--scope <scope>', 'only those that hold this one')
    .option('--disabled', 'only those that are disabled')
    .action(async (flags: { scope?: string; disabled?: true }, command: Command) => {
      const { api, report } = await openSession(command, READ, surroundings);
      const items = await api.list(CLIENTS, {
        ...(flags.scope !== undefined && { scope: flags.scope }),
        ...(flags.disabled && { disabled: 'true' }),
      });
      report.show({ items, nextCursor: null }, () => clientTable(items));
    });
}

function addShow(program: Command, surroundings: Surroundings): void {
  program
    .command('show')
    .description('show a client and its secrets, of which only the ends can be seen')
    .argument(CLIENT_ID)
    .action(async (clientId: string, _flags: unknown, command: Command) => {
      const { api, report } = await openSession(command, READ, surroundings);
      const { representation: client } = await api.get([...CLIENTS, clientId]);
      report.show(client, () => clientDetails(client));
    });
}

function addCreate(program: Command, surroundings: Surroundings): void {
  const create = program
    .command('create')
    .description('register a client; its secret is generated and shown once')
    .argument('[client_id]', 'generated, if it is not given');
  withSecretFlags(withClientFlags(create))
    .option('--disabled', 'not to be used before it is enabled')
    .action(
      async (
        clientId: string | undefined,
        flags: ClientFlags & SecretFlags & { disabled?: true },
        command: Command,
      ) => {
        const request = {
          client_id: clientId,
          disabled: flags.disabled,
          ...(await clientMetadata(flags, surroundings)),
        };
        const { api, report } = await openSession(command, WRITE, surroundings);
        const client = await keepSecret(flags, surroundings, () => api.post(CLIENTS, request));
        report.show(client, () => clientDetails(client) + secretText(client, flags));
      },
    );
}

function addUpdate(program: Command, surroundings: Surroundings): void {
  const update = program
    .command('update')
    .description('change what is given of a client, and leave the rest as it is')
    .argument(CLIENT_ID);
  withSecretFlags(withClientFlags(update)).action(
    async (clientId: string, flags: ClientFlags & SecretFlags, command: Command) => {
      const changes = await clientMetadata(flags, surroundings);
      if (Object.keys(changes).length === 0) throw usageFailure('nothing to change was given');
      const path: ResourcePath = [...CLIENTS, clientId];
      const { api, report } = await openSession(command, READ_AND_WRITE, surroundings);
      const client = await keepSecret(flags, surroundings, async () => {
        const { entityTag } = await api.get(path);
        return api.patch(path, changes, entityTag);
      });
      report.show(client, () => clientDetails(client) + secretText(client, flags));
    },
  );
}

function addRotateSecret(program: Command, surroundings: Surroundings): void {
  const rotate = program
    .command('rotate-secret')
    .description('give a client another secret; those it has stay good for a while')
    .argument(CLIENT_ID)
    .option(
      '--overlap <seconds>',
      'for how long they do, a day if not given; 0 for not at all',
      seconds,
    );
  withSecretFlags(rotate).action(
    async (clientId: string, flags: SecretFlags & { overlap?: number }, command: Command) => {
      const request = flags.overlap === undefined ? {} : { overlap_seconds: flags.overlap };
      const { api, report } = await openSession(command, WRITE, surroundings);
      const client = await keepSecret(flags, surroundings, () =>
        api.post([...CLIENTS, clientId, 'rotate-secret'], request),
      );
      report.show(client, () => clientDetails(client) + secretText(client, flags));
    },
  );
}

function addEndSecret(program: Command, surroundings: Surroundings): void {
  program
    .command('end-secret')
    .description('end one secret of a client now')
    .argument(CLIENT_ID)
    .argument('<secret_id>', 'as `show` lists it')
    .action(async (clientId: string, secretId: string, _flags: unknown, command: Command) => {
      const { api, report } = await openSession(command, WRITE, surroundings);
      await api.delete([...CLIENTS, clientId, 'secrets', secretId]);
      report.show(
        { client_id: clientId, secret_id: secretId, ended: true },
        () => 'The secret is refused from now on.',
      );
    });
}

function addAction(
  program: Command,
  { verb, description, done }: (typeof ACTIONS)[number],
  surroundings: Surroundings,
): void {
  program
    .command(verb)
    .description(description)
    .argument(CLIENT_ID)
    .action(async (clientId: string, _flags: unknown, command: Command) => {
      const { api, report } = await openSession(command, WRITE, surroundings);
      const client = await api.post([...CLIENTS, clientId, verb]);
      report.show(client, () => `${clientDetails(client)}\n\n${done}`);
    });
}

function addDelete(program: Command, surroundings: Surroundings): void {
  program
    .command('delete')
    .description('delete a client; a terminal is asked first')
    .argument(CLIENT_ID)
    .option('--yes', 'do not ask')
    .action(async (clientId: string, flags: { yes?: true }, command: Command) => {
      if (!flags.yes) await confirm(`Delete the client ${printable(clientId)}?`, surroundings);
      const { api, report } = await openSession(command, WRITE, surroundings);
      await api.delete([...CLIENTS, clientId]);
      report.show(
        { client_id: clientId, deleted: true },
        () => `The client ${printable(clientId)} is deleted.`,
      );
    });
}
