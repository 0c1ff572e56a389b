import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createEventLogger,
  dataSourceOptions,
  Metrics,
  runMigrations,
} from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { AuditTrail } from '../audit/audit-trail.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { ClientSecretStore } from '../clients/client-secret.store.js';
import { matchingSecret } from '../clients/client-secret.js';
import { TypeOrmClientRegistry } from '../clients/typeorm-client.registry.js';
import { authDatabase } from '../database/auth-database.js';
import { privateKeyFromFile, secretFromFile } from './credential-file.js';
import { registryDocument, type RegistryDocument } from './registry-document.js';
import { RegistryProvisioner } from './registry.provisioner.js';

const silent = createEventLogger('auth-server', 'info', { write: () => undefined });

const forPs256 = { token_endpoint_auth_signing_alg: 'PS256' };
const aKey = {
  keys: [generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })],
};

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
    // Never current, as it does not listen: each look-up reads the database.
    registry = new TypeOrmClientRegistry(dataSource, new ChangeFeed(database.url, silent));
    const audit = new AuditTrail(dataSource, silent, new Metrics('auth-server'));
    provisioner = new RegistryProvisioner(dataSource, directory, audit);
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

  it('lets a client ask about the tokens of the resource servers it is registered for', async () => {
    await provisioner.provision(document({ workerResourceServers: ['orders'] }));

    await expect(registry.find('worker')).resolves.toMatchObject({
      resourceServers: ['https://orders.example'],
    });
    await expect(registry.find('entry')).resolves.toMatchObject({ resourceServers: [] });
  });

  it('registers nothing of a client with an unknown resource server', async () => {
    const mistaken = document({ workerResourceServers: ['odrers'] });

    await expect(provisioner.provision(mistaken)).rejects.toThrow();
    await expect(registry.find('worker')).resolves.toBeUndefined();
  });

  it('changes nothing when it runs again', async () => {
    await provisioner.provision(document());
    const before = [await registry.find('worker'), await registry.find('entry')];

    await expect(provisioner.provision(document())).resolves.toEqual([]);

    expect([await registry.find('worker'), await registry.find('entry')]).toEqual(before);
  });

  it('goes on where it was interrupted between the file and the registration', async () => {
    const secret = await secretFromFile(directory, 'worker');

    await expect(provisioner.provision(document())).resolves.toContain('worker');

    await expect(secretFromFile(directory, 'worker')).resolves.toBe(secret);
    await expect(fileOpens('worker')).resolves.toBe(true);
  });

  it('registers a new secret for a client whose file was lost', async () => {
    await provisioner.provision(document());
    await rm(join(directory, 'worker.json'));

    await expect(provisioner.provision(document())).resolves.toEqual([]);

    await expect(fileOpens('worker')).resolves.toBe(true);
  });

  it('does not bring back a secret that has been ended', async () => {
    await provisioner.provision(document());
    await new ClientSecretStore(dataSource.manager).endAll('worker');

    await provisioner.provision(document());

    await expect(registry.find('worker')).resolves.toMatchObject({ secrets: [] });
  });

  it('does not bring back the secret of a client that was deleted and registered anew by somebody', async () => {
    await provisioner.provision(document());
    await dataSource.query(`DELETE FROM client WHERE client_id = 'worker'`);
    await dataSource.query(
      `INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types, created_by)
       VALUES ('worker', '', 'client_secret_basic', '{client_credentials}', 'operator')`,
    );

    await provisioner.provision(document());

    await expect(registry.find('worker')).resolves.toMatchObject({ secrets: [] });
  });

  it('fails, and registers nothing of the client, where its file holds the secret of another one', async () => {
    const file = (clientId: string) => join(directory, `${clientId}.json`);
    const secret = await secretFromFile(directory, 'worker');
    await writeFile(file('entry'), JSON.stringify({ client_id: 'entry', client_secret: secret }));

    const provisioning = provisioner.provision(document());

    await expect(provisioning).rejects.toThrow('the file of entry is that of another client');
    await expect(provisioning).rejects.not.toThrow(secret);
    await expect(registry.find('entry')).resolves.toBeUndefined();
  });

  it('lets the identifier of a resource server follow the document', async () => {
    await provisioner.provision(document());

    await provisioner.provision(document({ identifier: 'https://api.example/orders' }));

    const worker = await registry.find('worker');
    expect(worker?.scopes).toEqual([
      { name: 'orders:read', resource: 'https://api.example/orders' },
    ]);
  });

  it('lets resource servers take the identifiers of each other', async () => {
    const [one, other] = ['https://one.example', 'https://other.example'];
    const servers = (orders: string, items: string) =>
      registryDocument.parse({
        resource_servers: [
          { name: 'orders', identifier: orders, scopes: [] },
          { name: 'items', identifier: items, scopes: [] },
        ],
        clients: [],
      });
    await provisioner.provision(servers(one, other));
    await recorded();

    await provisioner.provision(servers(other, one));

    await expect(
      dataSource.query('SELECT name, identifier FROM resource_server ORDER BY name'),
    ).resolves.toEqual([
      { name: 'items', identifier: one },
      { name: 'orders', identifier: other },
    ]);
    expect(await recorded()).toEqual([
      'resource_server.changed orders',
      'resource_server.changed items',
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

  it('registers the public half of the key in the file of a client with private_key_jwt', async () => {
    await expect(provisioner.provision(signers({ signer: {} }))).resolves.toEqual(['signer']);

    const { d, ...publicKey } = await privateKeyFromFile(directory, 'signer', 'ES256');
    expect(d).toBeDefined();
    expect(publicKey).toMatchObject({ kty: 'EC', alg: 'ES256' });
    await expect(registry.find('signer')).resolves.toMatchObject({
      authMethod: 'private_key_jwt',
      jwks: { keys: [publicKey] },
      jwksUri: undefined,
      secrets: [],
    });
  });

  it('makes a key for the algorithm that is asked for', async () => {
    const [alg, other] = ['EdDSA', 'PS256'] as const;
    await provisioner.provision(
      signers({
        a: { token_endpoint_auth_signing_alg: alg },
        b: { token_endpoint_auth_signing_alg: other },
      }),
    );

    expect((await registry.find('a'))?.jwks?.keys).toMatchObject([{ kty: 'OKP', alg }]);
    expect((await registry.find('b'))?.jwks?.keys).toMatchObject([{ kty: 'RSA', alg: other }]);
  });

  it('registers the keys that are given, and makes no file for them', async () => {
    const jwks_uri = 'https://client.example/jwks.json';

    await provisioner.provision(signers({ a: { jwks: aKey }, b: { jwks_uri } }));

    await expect(registry.find('a')).resolves.toMatchObject({ jwks: aKey });
    await expect(registry.find('b')).resolves.toMatchObject({ jwks: undefined, jwksUri: jwks_uri });
    expect(await readdir(directory)).toEqual([]);
  });

  it('changes nothing of keys when it runs again, and adds the one of a file that was lost', async () => {
    const document = signers({ signer: {} });
    await provisioner.provision(document);
    const before = await registry.find('signer');

    await expect(provisioner.provision(document)).resolves.toEqual([]);
    expect(await registry.find('signer')).toEqual(before);

    await rm(join(directory, 'signer.json'));
    await expect(provisioner.provision(document)).resolves.toEqual([]);
    const { kid } = await privateKeyFromFile(directory, 'signer', 'ES256');
    expect((await registry.find('signer'))?.jwks?.keys).toMatchObject([
      { kid: before?.jwks?.keys[0]?.kid },
      { kid },
    ]);
  });

  it('does not give a key back to a client that somebody else has changed', async () => {
    await provisioner.provision(signers({ signer: {} }));
    await dataSource.query(`UPDATE client SET jwks = $1, updated_by = 'operator'`, [aKey]);

    await expect(provisioner.provision(signers({ signer: {} }))).resolves.toEqual([]);

    await expect(registry.find('signer')).resolves.toMatchObject({ jwks: aKey });
  });

  it('O04: has on record what it registers and adds, and nothing where there is nothing to do', async () => {
    await provisioner.provision(document());
    await provisioner.provision(signers({ signer: {} }));
    expect(await recorded()).toEqual([
      'resource_server.created orders',
      'client.created worker',
      'client.created entry',
      'client.created signer',
    ]);

    await provisioner.provision(document());
    await provisioner.provision(signers({ signer: {} }));
    expect(await recorded()).toEqual([]);

    await rm(join(directory, 'worker.json'));
    await rm(join(directory, 'signer.json'));
    await provisioner.provision(document({ identifier: 'https://api.example/orders' }));
    await provisioner.provision(signers({ signer: {} }));
    expect(await recorded()).toEqual([
      'resource_server.changed orders',
      'client_secret.created worker',
      'client.changed signer',
    ]);
  });

  it('goes on with a key where it was interrupted between the file and the registration', async () => {
    const { kid } = await privateKeyFromFile(directory, 'signer', 'ES256');

    await expect(provisioner.provision(signers({ signer: {} }))).resolves.toEqual(['signer']);

    expect((await registry.find('signer'))?.jwks?.keys).toMatchObject([{ kid }]);
  });

  it.each<[string, object]>([
    ['keys and a place of them', { jwks: aKey, jwks_uri: 'https://a.example/jwks' }],
    ['a given key and the algorithm of one to be made', { jwks: aKey, ...forPs256 }],
    ['a private key', { jwks: { keys: [{ ...aKey.keys[0], d: 'AAAA' }] } }],
    ['no key in its set', { jwks: { keys: [] } }],
    ['a place that is no https', { jwks_uri: 'http://a.example/jwks' }],
    ['an algorithm that is not taken', { token_endpoint_auth_signing_alg: 'RS256' }],
    ['a key and a secret', { jwks: aKey, token_endpoint_auth_method: 'client_secret_post' }],
  ])('takes no document that gives a client %s', (_kind, fields) => {
    expect(() => signers({ signer: fields })).toThrow();
  });

  /** What has been put on record since the last look. */
  async function recorded(): Promise<string[]> {
    const rows = await dataSource.query<{ event: string; subject: string; actor: string }[]>(
      'SELECT event, subject, actor FROM audit_event ORDER BY id',
    );
    await dataSource.query('DELETE FROM audit_event');
    expect(rows.every(({ actor }) => actor === 'provisioning')).toBe(true);
    return rows.map(({ event, subject }) => `${event} ${subject}`);
  }

  async function fileOpens(clientId: string): Promise<boolean> {
    const client = await registry.find(clientId);
    const secret = await secretFromFile(directory, clientId);
    return matchingSecret(secret, client?.secrets ?? [], Date.now()) !== undefined;
  }
});

function document({
  identifier = 'https://orders.example',
  workerScope = 'orders:read',
  workerResourceServers = [] as string[],
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
        resource_servers: workerResourceServers,
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

function signers(clients: Readonly<Record<string, object>>): RegistryDocument {
  return registryDocument.parse({
    resource_servers: [],
    clients: Object.entries(clients).map(([client_id, fields]) => ({
      client_id,
      client_name: client_id,
      token_endpoint_auth_method: 'private_key_jwt',
      scope: '',
      ...fields,
    })),
  });
}
