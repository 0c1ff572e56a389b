import { Injectable } from '@nestjs/common';
import { replaceIntrospectionClients } from './introspection-clients.js';
import { ResourceServerEntity } from './resource-server.entity.js';
import type { NewResourceServer } from './resource-server-metadata.js';
import { conflictBehind } from './resource-server-problems.js';
import { replaceScopes } from './resource-server-scopes.js';
import { ResourceServerTransactions } from './resource-server.transactions.js';

/** Registers resource servers. */
@Injectable()
export class RegisterResourceServer {
  constructor(private readonly transactions: ResourceServerTransactions) {}

  /**
   * @param actor the client_id of who asks for it.
   * @throws Problem 409 if its name, its identifier or a scope is taken, 422 for an unknown client.
   */
  async register(request: NewResourceServer, actor: string): Promise<ResourceServerEntity> {
    try {
      return await this.insert(request, actor);
    } catch (error) {
      throw conflictBehind(error);
    }
  }

  private async insert(request: NewResourceServer, actor: string): Promise<ResourceServerEntity> {
    const { name, identifier } = request;
    const { thing: server } = await this.transactions.create(
      { key: name, actor },
      async (transaction) => {
        const { manager } = transaction;
        const audit = { createdBy: actor, updatedBy: actor };
        await manager.insert(ResourceServerEntity, { name, identifier, ...audit });
        const empty = { name, scopes: [], introspectionClients: [] };
        await replaceScopes(manager, empty, request.scopes);
        await replaceIntrospectionClients(manager, empty, request.introspection_clients);
        transaction.record('resource_server.created', 'registered a resource server', {
          identifier,
        });
      },
    );
    return server;
  }
}
