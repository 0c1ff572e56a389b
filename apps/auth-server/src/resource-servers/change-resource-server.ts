import { Injectable } from '@nestjs/common';
import { adminScopes } from '../admin/admin-scopes.js';
import type { ChangeTarget, RecordedTransaction } from '../admin/versioned.transactions.js';
import { AuthServerSettings } from '../auth-server.settings.js';
import { replaceIntrospectionClients } from './introspection-clients.js';
import { ResourceServerEntity } from './resource-server.entity.js';
import type { ResourceServerChanges } from './resource-server-metadata.js';
import { conflictBehind, ownResourceServer } from './resource-server-problems.js';
import { introspectionClientsOf } from './resource-server-representation.js';
import { replaceScopes } from './resource-server-scopes.js';
import { ResourceServerTransactions } from './resource-server.transactions.js';

/** Changes resource servers. */
@Injectable()
export class ChangeResourceServer {
  constructor(
    private readonly transactions: ResourceServerTransactions,
    private readonly settings: AuthServerSettings,
  ) {}

  /**
   * Changes what is named and leaves the rest as it is.
   *
   * @throws Problem 404, 409 if something is taken, or in use, or needed by the server itself, 412, 422 for
   *   an unknown client.
   */
  async change(
    target: ChangeTarget,
    changes: ResourceServerChanges,
  ): Promise<ResourceServerEntity> {
    try {
      const { thing: server } = await this.transactions.change(
        target,
        async (before, transaction) => {
          if (before.identifier === this.settings.issuer) refuseDisability(before, changes);
          await apply(before, changes, transaction);
        },
      );
      return server;
    } catch (error) {
      throw conflictBehind(error);
    }
  }
}

/** The server's own entry has to stay such that its admin API can be used. */
function refuseDisability(before: ResourceServerEntity, changes: ResourceServerChanges): void {
  const { identifier = before.identifier, scopes = before.scopes } = changes;
  const names = new Set(scopes.map(({ name }) => name));
  const isComplete = Object.keys(adminScopes).every((name) => names.has(name));
  if (identifier !== before.identifier || !isComplete) throw ownResourceServer();
}

async function apply(
  before: ResourceServerEntity,
  changes: ResourceServerChanges,
  transaction: RecordedTransaction,
): Promise<void> {
  const { manager } = transaction;
  const { name } = before;
  const { identifier = before.identifier, scopes = before.scopes } = changes;
  const { introspection_clients: clients = introspectionClientsOf(before) } = changes;
  if (identifier !== before.identifier) {
    await manager.update(ResourceServerEntity, { name }, { identifier });
  }
  const changed = {
    identifier: identifier !== before.identifier,
    scopes: await replaceScopes(manager, before, scopes),
    introspection_clients: await replaceIntrospectionClients(manager, before, clients),
  };
  const names = Object.entries(changed).flatMap(([member, isChanged]) =>
    isChanged ? [member] : [],
  );
  if (names.length === 0) return;
  transaction.record('resource_server.changed', 'changed a resource server', { changed: names });
}
