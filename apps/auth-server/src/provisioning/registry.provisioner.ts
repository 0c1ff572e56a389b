import type { DataSource, EntityManager } from 'typeorm';
import { ClientEntity } from '../clients/client.entity.js';
import { ClientSecretEntity } from '../clients/client-secret.entity.js';
import { digestClientSecret, hintOf } from '../clients/client-secret.js';
import { ResourceServerEntity } from '../resource-servers/resource-server.entity.js';
import { ScopeEntity } from '../resource-servers/scope.entity.js';
import { credentialFromFile } from './credential-file.js';
import type { ClientDocument, RegistryDocument } from './registry-document.js';

/**
 * Registers what a document asks for and is not there yet. Clients that are there are left as they are,
 * except that the secret in a client's credential file is always made one of its secrets: to withdraw one,
 * delete the file first. A resource server is known by its name, and its identifier follows the document.
 *
 * Can be interrupted anywhere and run again.
 */
export class RegistryProvisioner {
  constructor(
    private readonly dataSource: DataSource,
    private readonly credentialsDirectory: string,
  ) {}

  /** @returns the identifiers of the clients that were registered now. */
  async provision(document: RegistryDocument): Promise<string[]> {
    await this.dataSource.transaction((manager) => provisionResourceServers(manager, document));
    const registered: string[] = [];
    for (const client of document.clients) {
      if (await this.provisionClient(client)) registered.push(client.client_id);
    }
    return registered;
  }

  private async provisionClient(client: ClientDocument): Promise<boolean> {
    const secret = await credentialFromFile(this.credentialsDirectory, client.client_id);
    return this.dataSource.transaction(async (manager) => {
      const isNew = await insertClient(manager, client);
      await manager
        .createQueryBuilder()
        .insert()
        .into(ClientSecretEntity)
        .values({
          digest: digestClientSecret(secret),
          hint: hintOf(secret),
          clientId: client.client_id,
        })
        .orIgnore()
        .execute();
      return isNew;
    });
  }
}

async function provisionResourceServers(
  manager: EntityManager,
  document: RegistryDocument,
): Promise<void> {
  for (const { name, identifier, scopes } of document.resource_servers) {
    await manager.upsert(ResourceServerEntity, { name, identifier }, ['name']);
    for (const scope of scopes) {
      await manager.upsert(ScopeEntity, { ...scope, resourceServerName: name }, ['name']);
    }
  }
}

async function insertClient(manager: EntityManager, client: ClientDocument): Promise<boolean> {
  const exists = await manager.existsBy(ClientEntity, { clientId: client.client_id });
  if (exists) return false;
  await manager.save(ClientEntity, {
    clientId: client.client_id,
    clientName: client.client_name,
    authMethod: client.token_endpoint_auth_method,
    grantTypes: client.grant_types,
    scopes: client.scope.map((name) => ({ name })),
  });
  return true;
}
