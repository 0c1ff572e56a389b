import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { ClientEntity } from '../clients/client.entity.js';
import { secretMatches } from '../clients/client-secret.js';
import { TypeOrmClientRegistry } from '../clients/typeorm-client.registry.js';
import { authDatabase } from '../database/auth-database.js';
import { credentialFromFile } from './credential-file.js';
import { registryDocument, type RegistryDocument } from './registry-document.js';
import { RegistryProvisioner } from './registry.provisioner.js';

describe('RegistryProvisioner', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let directory: string;
  let registry: TypeOrmClientRegistry;
  let provisioner: RegistryProvisioner;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'provisioning-'));
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    registry = new TypeOrmClientRegistry(dataSource.getRepository(ClientEntity));
    provisioner = new RegistryProvisioner(dataSource, directory);
  });

  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
    await rm(directory, { recursive: true });
  });

  it('registers each client with its scopes and the secret in its file', async () => {
    await expect(provisioner.provision(document())).resolves.toEqual(['worker', 'entry']);

    const worker = await registry.find('worker');
    expect(worker).toMatchObject({
      authMethod: 'client_secret_basic',
      grantTypes: ['client_credentials'],
      disabled: false,
      scopes: [{ name: 'orders:read', resource: 'https://orders.example' }],
    });
    await expect(fileOpens('worker')).resolves.toBe(true);
    await expect(fileOpens('entry')).resolves.toBe(true);
  });

  it('changes nothing when it runs again', async () => {
    await provisioner.provision(document());
    const before = [await registry.find('worker'), await registry.find('entry')];

    await expect(provisioner.provision(document())).resolves.toEqual([]);

    expect([await registry.find('worker'), await registry.find('entry')]).toEqual(before);
  });

  it('goes on where it was interrupted between the file and the registration', async () => {
    const secret = await credentialFromFile(directory, 'worker');

    await expect(provisioner.provision(document())).resolves.toContain('worker');

    await expect(credentialFromFile(directory, 'worker')).resolves.toBe(secret);
    await expect(fileOpens('worker')).resolves.toBe(true);
  });

  it('registers a new secret for a client whose file was lost', async () => {
    await provisioner.provision(document());
    await rm(join(directory, 'worker.json'));

    await expect(provisioner.provision(document())).resolves.toEqual([]);

    await expect(fileOpens('worker')).resolves.toBe(true);
  });

  it('lets the identifier of a resource server follow the document', async () => {
    await provisioner.provision(document());

    await provisioner.provision(document({ identifier: 'https://api.example/orders' }));

    const worker = await registry.find('worker');
    expect(worker?.scopes).toEqual([
      { name: 'orders:read', resource: 'https://api.example/orders' },
    ]);
  });

  it('adds scopes that are new, and leaves registered clients as they are', async () => {
    await provisioner.provision(document());
    await dataSource.query(`UPDATE client SET disabled = true WHERE client_id = 'worker'`);

    await provisioner.provision(document({ workerScope: 'orders:read orders:write' }));

    await expect(registry.find('worker')).resolves.toMatchObject({
      disabled: true,
      scopes: [{ name: 'orders:read' }],
    });
  });

  it('registers nothing of a client with an unknown scope, and can be run again', async () => {
    await expect(provisioner.provision(document({ workerScope: 'orders:raed' }))).rejects.toThrow();
    await expect(registry.find('worker')).resolves.toBeUndefined();

    await provisioner.provision(document());

    await expect(fileOpens('worker')).resolves.toBe(true);
  });

  async function fileOpens(clientId: string): Promise<boolean> {
    const client = await registry.find(clientId);
    const secret = await credentialFromFile(directory, clientId);
    return secretMatches(secret, client?.secretDigests ?? []);
  }
});

function document({
  identifier = 'https://orders.example',
  workerScope = 'orders:read',
} = {}): RegistryDocument {
  return registryDocument.parse({
    resource_servers: [
      {
        name: 'orders',
        identifier,
        scopes: [
          { name: 'orders:read', description: 'Read' },
          { name: 'orders:write', description: 'Write' },
        ],
      },
    ],
    clients: [
      {
        client_id: 'worker',
        client_name: 'Worker',
        token_endpoint_auth_method: 'client_secret_basic',
        scope: workerScope,
      },
      {
        client_id: 'entry',
        client_name: 'Order entry',
        token_endpoint_auth_method: 'client_secret_post',
        scope: 'orders:read orders:write',
      },
    ],
  });
}
