import { createEventLogger, dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { authDatabase } from '../database/auth-database.js';
import { SecretUsage } from './secret-usage.js';

const HOUR_MS = 3_600_000;

describe('SecretUsage', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let usage: SecretUsage;
  let logged: string[];

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    await dataSource.query(`
      INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types)
      VALUES ('worker', '', 'client_secret_basic', '{}')`);
  });

  beforeEach(async () => {
    await dataSource.query('TRUNCATE client_secret');
    await dataSource.query(`
      INSERT INTO client_secret (digest, client_id, secret_id)
      VALUES (sha256('a'), 'worker', 'a'), (sha256('b'), 'worker', 'b')`);
    logged = [];
    const logger = createEventLogger('auth-server', 'info', { write: (line) => logged.push(line) });
    usage = new SecretUsage(dataSource, logger);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('writes the hour of the last use of the secrets that were used', async () => {
    usage.note('a');
    usage.note('a');

    await usage.write();

    const lastUse = await lastUseOf('a');
    expect(lastUse % HOUR_MS).toBe(0);
    expect(Date.now() - lastUse).toBeLessThan(HOUR_MS + 1_000);
    expect(await lastUseOf('b')).toBe(0);
  });

  it('writes nothing for a use in an hour that is written already, and again in the next', async () => {
    usage.note('a');
    await usage.write();
    const version = await versionOf('a');
    const lastUse = await lastUseOf('a');

    usage.note('a');
    await usage.write();
    expect(await versionOf('a')).toBe(version);

    await dataSource.query(`UPDATE client_secret SET last_used_at = last_used_at - interval '1 h'`);
    usage.note('a');
    await usage.write();
    expect(await lastUseOf('a')).toBeGreaterThanOrEqual(lastUse);
  });

  it('asks nothing of the database where nothing was used', async () => {
    await dataSource.query('ALTER TABLE client_secret RENAME TO away');
    try {
      await expect(usage.write()).resolves.toBeUndefined();
    } finally {
      await dataSource.query('ALTER TABLE away RENAME TO client_secret');
    }
  });

  it('keeps what it could not write for the next time', async () => {
    usage.note('a');
    await dataSource.query('ALTER TABLE client_secret RENAME TO away');
    await expect(usage.write()).rejects.toThrow();
    await dataSource.query('ALTER TABLE away RENAME TO client_secret');

    await usage.write();

    expect(await lastUseOf('a')).toBeGreaterThan(0);
  });

  it('writes what is left when the service stops, and stops even if it cannot', async () => {
    usage.onModuleInit();
    usage.note('b');
    await usage.beforeApplicationShutdown();
    expect(await lastUseOf('b')).toBeGreaterThan(0);

    usage.note('a');
    await dataSource.query('ALTER TABLE client_secret RENAME TO away');
    await usage.beforeApplicationShutdown();
    await dataSource.query('ALTER TABLE away RENAME TO client_secret');
    expect(logged.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual([
      'client_secret.use_not_written',
    ]);
  });

  /** Milliseconds since the epoch; 0 if it was not used. */
  async function lastUseOf(secretId: string): Promise<number> {
    const [row] = await dataSource.query<[{ last_used_at: Date | null }]>(
      'SELECT last_used_at FROM client_secret WHERE secret_id = $1',
      [secretId],
    );
    return row.last_used_at?.getTime() ?? 0;
  }

  async function versionOf(secretId: string): Promise<string> {
    const [row] = await dataSource.query<[{ xmin: string }]>(
      'SELECT xmin::text FROM client_secret WHERE secret_id = $1',
      [secretId],
    );
    return row.xmin;
  }
});
