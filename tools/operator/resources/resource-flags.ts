import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { Representation } from '../admin-api/admin-api.ts';
import { ExitCode } from '../command-line/exit-code.ts';
import { failure } from '../command-line/operator-failure.ts';

/** A scope of a resource server, as the API has it. */
export interface Scope {
  readonly name: string;
  readonly description: string;
}

/** What a resource server is to have. */
export interface ResourceFlags {
  readonly identifier?: string;
  readonly scope?: readonly Scope[];
  readonly introspectionClient?: readonly string[];
}

/** What it is to have no more. */
export interface RemovalFlags {
  readonly removeScope?: readonly string[];
  readonly removeIntrospectionClient?: readonly string[];
}

export function withResourceFlags(command: Command): Command {
  return command
    .option(
      '--scope <name=description>',
      'a scope of it, or a new description; to be repeated',
      collectScope,
    )
    .option(
      '--introspection-client <client_id>',
      'who may ask about tokens for it (RFC 7662); to be repeated',
      collectName,
    );
}

export function withRemovalFlags(command: Command): Command {
  return command
    .option('--remove-scope <name>', 'a scope to remove; to be repeated', collectName)
    .option(
      '--remove-introspection-client <client_id>',
      'who may not ask any more; to be repeated',
      collectName,
    );
}

/** The members that are to be changed. A list is given whole, so it is that of before with the changes in it. */
export function resourceChanges(
  before: Representation,
  { identifier, scope, introspectionClient, ...removals }: ResourceFlags & RemovalFlags,
): Record<string, unknown> {
  const { removeScope, removeIntrospectionClient } = removals;
  return {
    ...(identifier !== undefined && { identifier }),
    ...((scope ?? removeScope) && {
      scopes: scopesAfter(before['scopes'] as readonly Scope[], scope, removeScope),
    }),
    ...((introspectionClient ?? removeIntrospectionClient) && {
      introspection_clients: clientsAfter(
        before['introspection_clients'] as readonly string[],
        introspectionClient,
        removeIntrospectionClient,
      ),
    }),
  };
}

function scopesAfter(
  before: readonly Scope[],
  given: readonly Scope[] = [],
  removed: readonly string[] = [],
): Scope[] {
  const scopes = new Map([...before, ...given].map((scope) => [scope.name, scope]));
  for (const name of removed) {
    if (!scopes.delete(name)) throw notHeld('scope', name);
  }
  return [...scopes.values()];
}

function clientsAfter(
  before: readonly string[],
  given: readonly string[] = [],
  removed: readonly string[] = [],
): string[] {
  const clients = new Set([...before, ...given]);
  for (const clientId of removed) {
    if (!clients.delete(clientId)) throw notHeld('introspection client', clientId);
  }
  return [...clients];
}

function notHeld(what: string, name: string): Error {
  const code = `${what.replace(' ', '_')}_not_found`;
  return failure(ExitCode.notFound, code, `the resource server has no ${what} ${name}`);
}

function collectScope(text: string, earlier: readonly Scope[] = []): readonly Scope[] {
  const [, name, description] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || description === undefined) {
    throw new InvalidArgumentError('It takes name=description.');
  }
  return [...earlier, { name, description }];
}

function collectName(text: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, text];
}
