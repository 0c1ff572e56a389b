import { dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource, type EntityManager } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { ordersDatabase } from '../database/orders-database.js';
import { IdempotentOperations } from './idempotent-operations.js';

const operation = { clientId: 'order-entry', key: 'k-1', request: { sku: 'A', quantity: 1 } };

/** More than it takes, even on a busy machine. */
const PATIENCE = { timeout: 4_000 };

describe('IdempotentOperations', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let operations: IdempotentOperations;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...ordersDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    operations = new IdempotentOperations(dataSource);
    await dataSource.query('CREATE TABLE effect (id serial PRIMARY KEY)');
  });

  beforeEach(() => dataSource.query('TRUNCATE idempotency_key, effect RESTART IDENTITY'));

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('runs once and gives the same answer again', async () => {
    const first = await operations.once(operation, run);
    const second = await operations.once(operation, run);

    expect(first).toEqual({ id: 1, lines: [{ price: '1.50' }] });
    expect(second).toEqual(first);
    await expect(effects()).resolves.toBe(1);
  });

  it('runs once for twenty at once, all of which get its answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => operations.once(operation, run)),
    );

    expect(answers).toEqual(Array(20).fill({ id: 1, lines: [{ price: '1.50' }] }));
    await expect(effects()).resolves.toBe(1);
  });

  it('refuses the key with another request, and runs nothing', async () => {
    await operations.once(operation, run);
    const other = { ...operation, request: { sku: 'A', quantity: 2 } };

    await expect(operations.once(other, run)).rejects.toMatchObject({
      status: 422,
      members: { code: 'idempotency_key_reused' },
    });
    await expect(effects()).resolves.toBe(1);
  });

  it('keeps the keys of clients apart', async () => {
    await operations.once(operation, run);
    const otherClient = { ...operation, clientId: 'another', request: { sku: 'B' } };

    await expect(operations.once(otherClient, run)).resolves.toMatchObject({ id: 2 });
  });

  it('keeps the keys of a client apart', async () => {
    await operations.once(operation, run);

    await expect(operations.once({ ...operation, key: 'K-1' }, run)).resolves.toMatchObject({
      id: 2,
    });
  });

  it('leaves the key free and nothing changed when the operation fails', async () => {
    const fails = async (manager: EntityManager) => {
      await run(manager);
      throw new Error('halfway');
    };
    await expect(operations.once(operation, fails)).rejects.toThrow('halfway');
    await expect(effects()).resolves.toBe(0);

    const other = { ...operation, request: { sku: 'B' } };
    await operations.once(other, run);
    await expect(effects()).resolves.toBe(1);
  });

  it('lets one that waits take over when the first one fails', async () => {
    let fail: (reason: Error) => void = () => undefined;
    const started = Promise.withResolvers<undefined>();
    const first = operations.once(operation, () => {
      started.resolve(undefined);
      return new Promise<object>((_resolve, reject) => {
        fail = reject;
      });
    });
    await started.promise;
    const second = vi.fn(run);
    const waiting = operations.once(operation, second);
    await expect.poll(sessionsThatWait, PATIENCE).toBe(1);

    expect(second).not.toHaveBeenCalled();
    fail(new Error('gone'));

    await expect(first).rejects.toThrow('gone');
    await expect(waiting).resolves.toMatchObject({ lines: [{ price: '1.50' }] });
    expect(second).toHaveBeenCalledOnce();
  });

  async function run(manager: EntityManager) {
    const [row] = await manager.query<[{ id: number }]>(
      'INSERT INTO effect DEFAULT VALUES RETURNING id',
    );
    return { id: row.id, lines: [{ price: '1.50' }] };
  }

  async function effects(): Promise<number> {
    const [row] = await dataSource.query<[{ count: string }]>('SELECT count(*) FROM effect');
    return Number(row.count);
  }

  async function sessionsThatWait(): Promise<number> {
    const [row] = await dataSource.query<[{ count: string }]>(
      `SELECT count(*) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return Number(row.count);
  }
});
