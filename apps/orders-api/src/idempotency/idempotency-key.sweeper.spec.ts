import { createEventLogger, dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { ordersDatabase } from '../database/orders-database.js';
import { IdempotencyKeySweeper } from './idempotency-key.sweeper.js';

describe('IdempotencyKeySweeper', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let sweeper: IdempotencyKeySweeper;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...ordersDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    const logger = createEventLogger('orders-api', 'info', { write: () => undefined });
    sweeper = new IdempotencyKeySweeper(dataSource, logger);
  });

  beforeEach(() => dataSource.query('TRUNCATE idempotency_key'));

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('deletes the keys of more than 48 hours ago, and no others (O05)', async () => {
    await insertKeys('old', 3, '48 hours 1 minute');
    await insertKeys('young', 2, '47 hours 59 minutes');
    await insertKeys('new', 1, '0 hours');

    await expect(sweeper.sweep()).resolves.toBe(3);

    await expect(kept()).resolves.toEqual(['new-1', 'young-1', 'young-2']);
  });

  it('goes on until nothing old is left, batch after batch', async () => {
    await insertKeys('old', 2_500, '49 hours');
    await insertKeys('new', 1, '0 hours');

    await expect(sweeper.sweep()).resolves.toBe(2_500);

    await expect(kept()).resolves.toEqual(['new-1']);
  });

  it('ends after a batch that was just full', async () => {
    await insertKeys('old', 1_000, '49 hours');

    await expect(sweeper.sweep()).resolves.toBe(1_000);
    await expect(sweeper.sweep()).resolves.toBe(0);
  });

  it('does not wait for a row that somebody else holds', async () => {
    await insertKeys('old', 3, '49 hours');
    const holder = dataSource.createQueryRunner();
    await holder.startTransaction();
    await holder.query(`SELECT * FROM idempotency_key WHERE key = 'old-2' FOR UPDATE`);

    await expect(sweeper.sweep()).resolves.toBe(2);

    await holder.rollbackTransaction();
    await holder.release();
    await expect(kept()).resolves.toEqual(['old-2']);
  });

  it('deletes each key once when two sweep at once', async () => {
    await insertKeys('old', 2_500, '49 hours');

    const [a, b] = await Promise.all([sweeper.sweep(), sweeper.sweep()]);

    expect(a + b).toBe(2_500);
  });

  async function insertKeys(prefix: string, count: number, age: string): Promise<void> {
    await dataSource.query(
      `INSERT INTO idempotency_key (client_id, key, request_digest, created_at)
       SELECT 'order-entry', $1 || '-' || n, '\\x00', now() - $3::interval
       FROM generate_series(1, $2::integer) AS n`,
      [prefix, count, age],
    );
  }

  async function kept(): Promise<string[]> {
    const rows = await dataSource.query<{ key: string }[]>(
      'SELECT key FROM idempotency_key ORDER BY key',
    );
    return rows.map(({ key }) => key);
  }
});
