import {
  createEventLogger,
  dataSourceOptions,
  Metrics,
  runMigrations,
} from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { Precondition } from '../admin/precondition.js';
import type { ChangeTarget } from '../admin/versioned.transactions.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { AuthServerSettings } from '../auth-server.settings.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { authDatabase } from '../database/auth-database.js';
import { ChangeResourceServer } from './change-resource-server.js';
import { DeleteResourceServer } from './delete-resource-server.js';
import { RegisterResourceServer } from './register-resource-server.js';
import { newResourceServer, resourceServerChanges } from './resource-server-metadata.js';
import { representResourceServer } from './resource-server-representation.js';
import { ResourceServerRepository } from './resource-server.repository.js';
import { ResourceServerTransactions } from './resource-server.transactions.js';

const settings = new AuthServerSettings('https://issuer.example', 300);
const target: ChangeTarget = { key: 'orders', actor: 'operator', precondition: Precondition.none };
const read = { name: 'orders:read', description: 'Read orders' };
const write = { name: 'orders:write', description: 'Write orders' };

/** Each change of a resource server, made through the operation it belongs to. */
describe('ResourceServerTransactions', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let servers: ResourceServerRepository;
  let transactions: ResourceServerTransactions;
  let announcements = 0;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
  });

  beforeEach(async () => {
    await dataSource.query('TRUNCATE resource_server, client, audit_event CASCADE');
    const logger = createEventLogger('auth-server', 'info', { write: () => undefined });
    const feed = new ChangeFeed(database.url, logger);
    feed.subscribe('registry', () => (announcements += 1));
    const audit = new AuditTrail(dataSource, logger, new Metrics('auth-server'));
    servers = new ResourceServerRepository(dataSource);
    transactions = new ResourceServerTransactions(dataSource, servers, audit, feed, 'registry');
    await dataSource.query(`
      INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types)
      VALUES ('a', '', 'client_secret_basic', '{}'), ('b', '', 'client_secret_basic', '{}')`);
    await register({ name: 'orders', identifier: 'https://orders.example', scopes: [read] });
    announcements = 0;
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('adds, describes and removes scopes, and leaves the others', async () => {
    const described = { ...read, description: 'Read every order' };

    await expect(change({ scopes: [read, write] })).resolves.toMatchObject({ version: 2 });
    await change({ scopes: [write, described] });
    expect(await shown()).toMatchObject({ scopes: [described, write] });
    await change({ scopes: [write] });

    expect(await shown()).toMatchObject({ scopes: [write], introspection_clients: [] });
    expect(announcements).toBe(3);
  });

  it('lets the clients ask that it names', async () => {
    await change({ introspection_clients: ['b', 'a'] });
    expect(await shown()).toMatchObject({ introspection_clients: ['a', 'b'] });

    await change({ introspection_clients: ['b'] });

    expect(await shown()).toMatchObject({ introspection_clients: ['b'], scopes: [read] });
  });

  it('records what was changed by whom', async () => {
    await change({ identifier: 'urn:orders', scopes: [read, write] });
    await new DeleteResourceServer(transactions, settings).delete(target);

    const common = { actor: 'operator', subject: 'orders' };
    expect(await recorded()).toEqual([
      {
        ...common,
        event: 'resource_server.created',
        details: { identifier: 'https://orders.example' },
      },
      {
        ...common,
        event: 'resource_server.changed',
        details: { changed: ['identifier', 'scopes'] },
      },
      { ...common, event: 'resource_server.deleted', details: { identifier: 'urn:orders' } },
    ]);
  });

  it('neither records nor counts what changes nothing', async () => {
    const before = await servers.find('orders');

    await change({ identifier: before.identifier, scopes: [read], introspection_clients: [] });

    expect(await servers.find('orders')).toEqual(before);
    expect(await recorded()).toHaveLength(1);
  });

  it.each<[what: string, act: () => Promise<unknown>, status: number, code: string]>([
    [
      'of a client that is not there',
      () => change({ introspection_clients: ['c'] }),
      422,
      'unknown_client',
    ],
    ['of another version', () => change({ scopes: [] }, '"2"'), 412, 'version_mismatch'],
    [
      'to a scope of another resource server',
      async () => {
        await register({ name: 'other', identifier: 'urn:other', scopes: [write] });
        await change({ scopes: [write] });
      },
      409,
      'scope_taken',
    ],
    [
      'that takes away what a client holds',
      async () => {
        await dataSource.query(`INSERT INTO client_scope VALUES ('a', 'orders:read')`);
        await change({ identifier: 'urn:x', scopes: [write] });
      },
      409,
      'scope_in_use',
    ],
    [
      'to a name that is taken',
      () => register({ name: 'orders', identifier: 'urn:x', scopes: [write] }),
      409,
      'resource_server_exists',
    ],
  ])('leaves nothing behind of a change %s', async (_what, act, status, code) => {
    const before = await servers.find('orders');

    await expect(act()).rejects.toMatchObject({ status, members: { code } });

    expect(await servers.find('orders')).toEqual(before);
    expect((await recorded()).filter(({ subject }) => subject === 'orders')).toHaveLength(1);
  });

  it("keeps the server's own entry such that its admin API can be used", async () => {
    const scopes = ['clients:read', 'clients:write'].map((name) => ({ name, description: name }));
    await register({ name: 'own', identifier: settings.issuer, scopes });
    const own = { ...target, key: 'own' };
    const changeOwn = (body: object) =>
      new ChangeResourceServer(transactions, settings).change(
        own,
        resourceServerChanges.parse(body),
      );

    for (const attempt of [
      () => changeOwn({ identifier: 'urn:elsewhere' }),
      () => changeOwn({ scopes: scopes.slice(1) }),
      () => new DeleteResourceServer(transactions, settings).delete(own),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ members: { code: 'own_resource_server' } });
    }
    const more = [...scopes, { name: 'audit:read', description: 'Read what happened' }];
    await expect(changeOwn({ scopes: more, introspection_clients: ['a'] })).resolves.toBeDefined();
  });

  function register(body: object) {
    const request = newResourceServer.parse(body);
    return new RegisterResourceServer(transactions).register(request, 'operator');
  }

  function change(body: object, ifMatch?: string) {
    const precondition = Precondition.fromIfMatch(ifMatch);
    return new ChangeResourceServer(transactions, settings).change(
      { ...target, precondition },
      resourceServerChanges.parse(body),
    );
  }

  async function shown() {
    return representResourceServer(await servers.find('orders'));
  }

  async function recorded(): Promise<Record<string, unknown>[]> {
    return dataSource.query('SELECT event, actor, subject, details FROM audit_event ORDER BY id');
  }
});
