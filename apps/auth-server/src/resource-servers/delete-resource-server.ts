import { Injectable } from '@nestjs/common';
import type { ChangeTarget } from '../admin/versioned.transactions.js';
import { AuthServerSettings } from '../auth-server.settings.js';
import { ResourceServerEntity } from './resource-server.entity.js';
import { ownResourceServer } from './resource-server-problems.js';
import { replaceScopes } from './resource-server-scopes.js';
import { ResourceServerTransactions } from './resource-server.transactions.js';

/** Deletes resource servers, with their scopes. */
@Injectable()
export class DeleteResourceServer {
  constructor(
    private readonly transactions: ResourceServerTransactions,
    private readonly settings: AuthServerSettings,
  ) {}

  /** @throws Problem 404, 409 if a client holds a scope of it, or if it is the server itself, 412. */
  async delete(target: ChangeTarget): Promise<void> {
    await this.transactions.delete(target, async (server, transaction) => {
      if (server.identifier === this.settings.issuer) throw ownResourceServer();
      await replaceScopes(transaction.manager, server, []);
      await transaction.manager.delete(ResourceServerEntity, { name: server.name });
      transaction.record('resource_server.deleted', 'deleted a resource server', {
        identifier: server.identifier,
      });
    });
  }
}
