import { createEventLogger, dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { ChangeFeed } from '../changes/change-feed.js';
import { authDatabase } from '../database/auth-database.js';
import { digestClientSecret } from './client-secret.js';
import { TypeOrmClientRegistry } from './typeorm-client.registry.js';

const silent = createEventLogger('auth-server', 'info', { write: () => undefined });

describe('TypeOrmClientRegistry', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let feed: ChangeFeed;
  let registry: TypeOrmClientRegistry;
  let clockAheadMs = 0;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    feed = new ChangeFeed(database.url, silent, () => performance.now() + clockAheadMs);
    registry = new TypeOrmClientRegistry(dataSource, feed);
    await dataSource.query(`
      INSERT INTO resource_server (name, identifier)
      VALUES ('orders', 'https://orders.example'), ('admin', 'https://issuer.example')`);
    await dataSource.query(`
      INSERT INTO scope (name, resource_server, description)
      VALUES ('orders:read', 'orders', ''), ('orders:bill', 'orders', ''),
        ('clients:read', 'admin', ''), ('clients:write', 'admin', '')`);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('finds a client with its scopes, each with the resource it is for', async () => {
    await insertClient('worker', { scopes: ['orders:read', 'orders:bill', 'clients:read'] });
    await insertSecret('worker', 'a', null);
    await insertSecret('worker', 'b', null);

    const client = await registry.find('worker');

    expect(client).toMatchObject({
      clientId: 'worker',
      authMethod: 'client_secret_post',
      grantTypes: ['client_credentials'],
      disabled: false,
    });
    expect(new Set(client?.scopes)).toEqual(
      new Set([
        { name: 'orders:read', resource: 'https://orders.example' },
        { name: 'orders:bill', resource: 'https://orders.example' },
        { name: 'clients:read', resource: 'https://issuer.example' },
      ]),
    );
    expect(client?.scopes).toHaveLength(3);
    expect(client?.secrets).toHaveLength(2);
  });

  it('leaves out the secrets whose time is over (C01)', async () => {
    await insertClient('rotated', { scopes: [] });
    await insertSecret('rotated', 'over', '-1 second');
    await insertSecret('rotated', 'ending', '1 hour');
    await insertSecret('rotated', 'endless', null);

    const digests = (await registry.find('rotated'))?.secrets.map(({ digest }) =>
      digest.toString('hex'),
    );

    expect(digests?.sort()).toEqual(
      ['ending', 'endless'].map((secret) => digestClientSecret(secret).toString('hex')).sort(),
    );
  });

  it('finds a client without secrets and scopes, and says that it is disabled (C05)', async () => {
    await insertClient('disabled', { scopes: [] });
    await dataSource.query(`UPDATE client SET disabled = true WHERE client_id = 'disabled'`);

    await expect(registry.find('disabled')).resolves.toMatchObject({
      disabled: true,
      secrets: [],
      scopes: [],
      resourceServers: [],
    });
  });

  it('finds a client with the resource servers that it asks about tokens for', async () => {
    await insertClient('asking', { scopes: [] });
    await dataSource.query(`
      INSERT INTO resource_server_client (resource_server, client_id)
      VALUES ('orders', 'asking'), ('admin', 'asking')`);

    const servers = (await registry.find('asking'))?.resourceServers ?? [];

    expect([...servers].sort()).toEqual(['https://issuer.example', 'https://orders.example']);
  });

  describe('while it hears of changes', () => {
    beforeAll(async () => {
      await insertClient('known', { scopes: ['orders:read'] });
      feed.onModuleInit();
      await vi.waitUntil(() => feed.isCurrent, { timeout: 10_000 });
    });

    afterAll(() => feed.onApplicationShutdown());

    const remembered = (clientId: string) => registry.remembered(clientId);

    it('remembers a client until something about it changes', async () => {
      const found = await registry.find('known');
      expect(remembered('known')).toBe(found);
      expect(await registry.find('known')).toBe(found);

      await dataSource.query(`
        INSERT INTO resource_server_client (resource_server, client_id)
        VALUES ('orders', 'known')`);

      await vi.waitUntil(() => remembered('known') === undefined, { timeout: 10_000 });
      await expect(registry.find('known')).resolves.toMatchObject({
        resourceServers: ['https://orders.example'],
      });
    });

    it.each([
      ['the client', () => feed.announce('client', 'known')],
      ['the scopes of all clients', () => feed.announce('registry', '')],
    ])('forgets a client when it hears of a change of %s', async (_what, announce) => {
      await registry.find('known');
      expect(remembered('known')).toBeDefined();

      announce();

      expect(remembered('known')).toBeUndefined();
    });

    it.each([
      [
        'another-secret',
        `UPDATE client_secret SET digest = sha256('x') WHERE client_id = 'another-secret'`,
      ],
      [
        'less-secrets',
        `UPDATE client_secret SET client_id = 'known' WHERE client_id = 'less-secrets'`,
      ],
      [
        'less-scopes',
        `UPDATE client_scope SET client_id = 'known' WHERE client_id = 'less-scopes'`,
      ],
      ['no-secrets', 'TRUNCATE client_secret'],
      ['no-scopes', 'TRUNCATE client_scope'],
      ['no-resource-servers', 'TRUNCATE resource_server_client'],
    ])('forgets %s when that is changed by hand: %s', async (clientId, statement) => {
      const heard: string[] = [];
      feed.subscribe('client', (changed) => heard.push(changed));
      await insertClient(clientId, { scopes: ['orders:bill'] });
      await insertSecret(clientId, clientId, null);
      // The client, its scope and its secret.
      await vi.waitUntil(() => heard.filter((changed) => changed === clientId).length === 3, {
        timeout: 10_000,
      });
      await registry.find(clientId);
      expect(remembered(clientId)).toBeDefined();

      await dataSource.query(statement);

      await vi.waitUntil(() => remembered(clientId) === undefined, { timeout: 10_000 });
    });

    it('keeps a client when it hears of a change of another', async () => {
      const found = await registry.find('known');

      feed.announce('client', 'unknown');
      feed.announce('throttle', 'known');

      expect(remembered('known')).toBe(found);
    });

    it('does not keep what it read while there was a change', async () => {
      feed.announce('client', 'known');
      const blocker = dataSource.createQueryRunner();
      await blocker.startTransaction();
      await blocker.query('LOCK TABLE client IN ACCESS EXCLUSIVE MODE');
      const reading = registry.read('known');

      feed.announce('client', 'known');
      await blocker.commitTransaction();
      await blocker.release();

      await expect(reading).resolves.toMatchObject({ clientId: 'known' });
      expect(remembered('known')).toBeUndefined();
      await registry.read('known');
      expect(remembered('known')).toBeDefined();
    });

    it('trusts its memory no longer than it hears of changes, and forgets all after a gap', async () => {
      await registry.find('known');
      clockAheadMs = 1_000;
      expect(remembered('known')).toBeUndefined();
      await expect(registry.find('known')).resolves.toMatchObject({ clientId: 'known' });
      clockAheadMs = 0;
      expect(remembered('known')).toBeDefined();

      await dataSource.query(`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE '%pg_notify%' AND pid <> pg_backend_pid()`);
      await vi.waitUntil(() => !feed.isCurrent, { timeout: 10_000 });
      await vi.waitUntil(() => feed.isCurrent, { timeout: 5_000 });

      expect(remembered('known')).toBeUndefined();
    });

    it('does not remember a client that is not there', async () => {
      await registry.find('nobody');

      expect(remembered('nobody')).toBeUndefined();
    });
  });

  it.each(['nobody', 'WORKER', 'worker ', '%', ''])('does not find "%s"', async (clientId) => {
    await expect(registry.find(clientId)).resolves.toBeUndefined();
  });

  async function insertClient(clientId: string, { scopes }: { scopes: string[] }): Promise<void> {
    await dataSource.query(
      `INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types)
       VALUES ($1, 'a client', 'client_secret_post', '{client_credentials}')`,
      [clientId],
    );
    await dataSource.query(
      'INSERT INTO client_scope (client_id, scope) SELECT $1, unnest($2::text[])',
      [clientId, scopes],
    );
  }

  async function insertSecret(clientId: string, secret: string, ends: string | null) {
    await dataSource.query(
      `INSERT INTO client_secret (digest, client_id, expires_at)
       VALUES ($1, $2, now() + $3::interval)`,
      [digestClientSecret(secret), clientId, ends],
    );
  }
});
