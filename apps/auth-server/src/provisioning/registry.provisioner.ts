import { createPublicKey } from 'node:crypto';
import type { JSONWebKeySet, JWK } from 'jose';
import { Not, type DataSource, type EntityManager } from 'typeorm';
import type { AuditTrail } from '../audit/audit-trail.js';
import { ClientEntity } from '../clients/client.entity.js';
import { clientJwks } from '../clients/client-jwks.js';
import { ClientSecretEntity } from '../clients/client-secret.entity.js';
import { digestClientSecret, hintOf } from '../clients/client-secret.js';
import { privateKeyFromFile, secretFromFile } from './credential-file.js';
import { provisionResourceServers } from './provision-resource-servers.js';
import { recordIn, type RecordProvisioned } from './provisioning-record.js';
import type { ClientDocument, RegistryDocument } from './registry-document.js';

/**
 * Registers what a document asks for and is not there yet. Clients that are there are left as they are,
 * except that the secret in a client's credential file is made one of its own, as long as nobody else has
 * registered the client, and so is the key, as long as nobody else has changed it. A secret that has ended stays ended, and a key that was taken from a
 * client is not given back to it. A resource server is known by its name, and follows the document.
 *
 * All of it is on record. Can be interrupted anywhere and run again.
 */
export class RegistryProvisioner {
  constructor(
    private readonly dataSource: DataSource,
    private readonly credentialsDirectory: string,
    private readonly audit: AuditTrail,
  ) {}

  /** @returns the identifiers of the clients that were registered now. */
  async provision(document: RegistryDocument): Promise<string[]> {
    await this.transaction((manager, record) =>
      provisionResourceServers(manager, document.resource_servers, record),
    );
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
    return this.transaction((manager, record) => insertClient(manager, client, record));
  }

  private async provisionWithSecret(client: ClientDocument): Promise<boolean> {
    const { client_id: clientId } = client;
    const secret = await secretFromFile(this.credentialsDirectory, clientId);
    return this.transaction(async (manager, record) => {
      const isNew = await insertClient(manager, client, record);
      const isAdded = await addSecret(manager, clientId, secret);
      if (isAdded && !isNew) {
        await record(clientId, 'client_secret.created', 'gave a client the secret in its file');
      }
      return isNew;
    });
  }

  private async provisionWithKey(client: ClientDocument): Promise<boolean> {
    const { client_id: clientId, token_endpoint_auth_signing_alg: alg = 'ES256' } = client;
    const privateKey = await privateKeyFromFile(this.credentialsDirectory, clientId, alg);
    const jwks = jwksOf(privateKey);
    return this.transaction(async (manager, record) => {
      const isNew = await insertClient(manager, { ...client, jwks }, record);
      const isAdded = !isNew && (await addKeys(manager, clientId, jwks));
      if (isAdded) {
        const message = 'gave a client the key in its file';
        await record(clientId, 'client.changed', message, { changed: ['jwks'] });
      }
      return isNew;
    });
  }

  private transaction<Result>(
    work: (manager: EntityManager, record: RecordProvisioned) => Promise<Result>,
  ): Promise<Result> {
    return this.dataSource.transaction((manager) => work(manager, recordIn(manager, this.audit)));
  }
}

/** The public half of a key, as a client registers it. */
function jwksOf({ kid, alg, use, ...privateKey }: JWK): JSONWebKeySet {
  const publicKey = createPublicKey({ key: privateKey, format: 'jwk' });
  return clientJwks.parse({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg, use }] });
}

// Whoever has registered a deleted client anew may have deleted it because this very secret has leaked.
async function addSecret(
  manager: EntityManager,
  clientId: string,
  secret: string,
): Promise<boolean> {
  const digest = digestClientSecret(secret);
  const added = await manager.query<unknown[]>(
    `INSERT INTO client_secret (digest, hint, client_id)
     SELECT $2, $3, client_id FROM client WHERE client_id = $1 AND created_by = 'provisioning'
     ON CONFLICT (digest) DO NOTHING
     RETURNING secret_id`,
    [clientId, digest, hintOf(secret)],
  );
  const isAnothers = await manager.existsBy(ClientSecretEntity, {
    digest,
    clientId: Not(clientId),
  });
  if (isAnothers)
    throw new Error(`the secret in the file of ${clientId} is that of another client`);
  return added.length > 0;
}

// Whoever has changed a client since may have taken this very key away, as one that has leaked.
async function addKeys(
  manager: EntityManager,
  clientId: string,
  { keys }: JSONWebKeySet,
): Promise<boolean> {
  const [, changed] = await manager.query<[unknown, number]>(
    `UPDATE client
     SET jwks = jsonb_set(jwks, '{keys}', jwks -> 'keys' || $2::jsonb),
       version = version + 1, updated_at = now(), updated_by = 'provisioning'
     WHERE client_id = $1 AND updated_by = 'provisioning'
       AND jwks IS NOT NULL AND NOT jwks -> 'keys' @> $3::jsonb`,
    [clientId, JSON.stringify(keys), JSON.stringify(keys.map(({ kid }) => ({ kid })))],
  );
  return changed > 0;
}

async function insertClient(
  manager: EntityManager,
  client: ClientDocument,
  record: RecordProvisioned,
): Promise<boolean> {
  const { client_id: clientId, token_endpoint_auth_method: authMethod, scope } = client;
  const exists = await manager.existsBy(ClientEntity, { clientId });
  if (exists) return false;
  await manager.save(ClientEntity, {
    clientId,
    clientName: client.client_name,
    authMethod,
    grantTypes: client.grant_types,
    scopes: scope.map((name) => ({ name })),
    jwks: client.jwks ?? null,
    jwksUri: client.jwks_uri ?? null,
    resourceServers: client.resource_servers.map((name) => ({ name })),
  });
  await record(clientId, 'client.created', 'registered a client', {
    auth_method: authMethod,
    scope: scope.join(' '),
    self_managed: false,
  });
  return true;
}
