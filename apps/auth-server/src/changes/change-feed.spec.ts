import { createEventLogger, dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  inject,
  it,
  vi,
} from 'vitest';
import { authDatabase } from '../database/auth-database.js';
import { ChangeFeed } from './change-feed.js';

const silent = createEventLogger('auth-server', 'info', { write: () => undefined });

describe('ChangeFeed', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let feed: ChangeFeed;
  let heard: string[];
  let gaps: number;
  let aheadMs = 0;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  beforeEach(async () => {
    heard = [];
    gaps = 0;
    aheadMs = 0;
    feed = new ChangeFeed(database.url, silent, () => performance.now() + aheadMs);
    feed.subscribe('client', (key) => heard.push(`client ${key}`));
    feed.subscribe('registry', (key) => heard.push(`registry ${key}`));
    feed.onGap(() => (gaps += 1));
    expect(feed.isCurrent).toBe(false);
    feed.onModuleInit();
    await vi.waitUntil(() => feed.isCurrent, { timeout: 10_000 });
  });

  afterEach(() => feed.onApplicationShutdown());

  it('hears of changes of clients, their scopes and secrets, by whoever makes them', async () => {
    await dataSource.query(`
      INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types)
      VALUES ('a:b', 'a client', 'client_secret_basic', '{}')`);
    await expectHeard('client a:b');
    await dataSource.query(`
      INSERT INTO client_secret (digest, client_id) VALUES (sha256('x'), 'a:b')`);
    await expectHeard('client a:b');
    await dataSource.query('UPDATE client_secret SET expires_at = now()');
    await expectHeard('client a:b');
    await dataSource.query(`INSERT INTO resource_server (name, identifier) VALUES ('r', 'r')`);
    await expectHeard('registry ');
    await dataSource.query(
      `INSERT INTO scope (name, resource_server, description) VALUES ('s', 'r', '')`,
    );
    await expectHeard('registry ');
    await dataSource.query(`INSERT INTO client_scope (client_id, scope) VALUES ('a:b', 's')`);
    await expectHeard('client a:b');
    await dataSource.query(
      `INSERT INTO resource_server_client (resource_server, client_id) VALUES ('r', 'a:b')`,
    );
    await expectHeard('client a:b');
    await dataSource.query(`DELETE FROM client WHERE client_id = 'a:b'`);
    await expectHeard('client a:b');
  });

  it('hears nothing of the last use of a secret', async () => {
    await dataSource.query(`
      INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types)
      VALUES ('used', '', 'client_secret_basic', '{}')`);
    await dataSource.query(`
      INSERT INTO client_secret (digest, client_id) VALUES (sha256('used'), 'used')`);
    await vi.waitUntil(() => heard.length === 2, { timeout: 10_000 });
    await dataSource.query('UPDATE client_secret SET last_used_at = now()');
    await dataSource.query(`UPDATE client SET client_name = 'later' WHERE client_id = 'used'`);

    await vi.waitUntil(() => heard.length >= 3, { timeout: 10_000 });
    expect(heard).toEqual(['client used', 'client used', 'client used']);
  });

  it('is current no longer than a second after the last heartbeat that was heard', () => {
    expect(feed.isCurrent).toBe(true);
    aheadMs = 1_000;
    expect(feed.isCurrent).toBe(false);
  });

  it('tells of the gap when the connection was lost, and is current again by itself', async () => {
    const gapsBefore = gaps;
    await dataSource.query(`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE '%pg_notify%' AND pid <> pg_backend_pid()`);

    await vi.waitUntil(() => gaps > gapsBefore, { timeout: 5_000 });
    await vi.waitUntil(() => feed.isCurrent, { timeout: 5_000 });
  });

  async function expectHeard(change: string): Promise<void> {
    await vi.waitUntil(() => heard.length > 0, { timeout: 10_000 });
    expect(heard.splice(0)).toContain(change);
  }
});
