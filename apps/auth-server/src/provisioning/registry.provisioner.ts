import { createPublicKey } from 'node:crypto';
import type { JSONWebKeySet, JWK } from 'jose';
import type { DataSource, EntityManager } from 'typeorm';
import { ClientEntity } from '../clients/client.entity.js';
import { clientJwks } from '../clients/client-jwks.js';
import { ClientSecretEntity } from '../clients/client-secret.entity.js';
import { digestClientSecret, hintOf } from '../clients/client-secret.js';
import { ResourceServerEntity } from '../resource-servers/resource-server.entity.js';
import { ScopeEntity } from '../resource-servers/scope.entity.js';
import { privateKeyFromFile, secretFromFile } from './credential-file.js';
import type { ClientDocument, RegistryDocument } from './registry-document.js';

/**
 * Registers what a document asks for and is not there yet. Clients that are there are left as they are,
 * except that the secret, or the key, in a client's credential file is made one of its own: to withdraw a
 * key, delete the file first. A secret that has ended stays ended. A resource server is known by its name,
 * and its identifier follows the document.
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
    if (client.token_endpoint_auth_method !== 'private_key_jwt') {
      return this.provisionWithSecret(client);
    }
    if (!client.jwks && client.jwks_uri === undefined) return this.provisionWithKey(client);
    return this.dataSource.transaction((manager) => insertClient(manager, client));
  }

  private async provisionWithSecret(client: ClientDocument): Promise<boolean> {
    const { client_id: clientId } = client;
    const secret = await secretFromFile(this.credentialsDirectory, clientId);
    return this.dataSource.transaction(async (manager) => {
      const isNew = await insertClient(manager, client);
      await manager
        .createQueryBuilder()
        .insert()
        .into(ClientSecretEntity)
        .values({ digest: digestClientSecret(secret), hint: hintOf(secret), clientId })
        .orIgnore()
        .execute();
      return isNew;
    });
  }

  private async provisionWithKey(client: ClientDocument): Promise<boolean> {
    const { client_id: clientId, token_endpoint_auth_signing_alg: alg = 'ES256' } = client;
    const privateKey = await privateKeyFromFile(this.credentialsDirectory, clientId, alg);
    const jwks = jwksOf(privateKey);
    return this.dataSource.transaction(async (manager) => {
      const isNew = await insertClient(manager, { ...client, jwks });
      if (!isNew) await addKeys(manager, clientId, jwks);
      return isNew;
    });
  }
}

/** The public half of a key, as a client registers it. */
function jwksOf({ kid, alg, use, ...privateKey }: JWK): JSONWebKeySet {
  const publicKey = createPublicKey({ key: privateKey, format: 'jwk' });
  return clientJwks.parse({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg, use }] });
}

async function addKeys(
  manager: EntityManager,
  clientId: string,
  { keys }: JSONWebKeySet,
): Promise<void> {
  await manager.query(
    `UPDATE client
     SET jwks = jsonb_set(jwks, '{keys}', jwks -> 'keys' || $2::jsonb),
       version = version + 1, updated_at = now(), updated_by = 'provisioning'
     WHERE client_id = $1 AND jwks IS NOT NULL AND NOT jwks -> 'keys' @> $3::jsonb`,
    [clientId, JSON.stringify(keys), JSON.stringify(keys.map(({ kid }) => ({ kid })))],
  );
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
    jwks: client.jwks ?? null,
    jwksUri: client.jwks_uri ?? null,
    resourceServers: client.resource_servers.map((name) => ({ name })),
  });
  return true;
}
