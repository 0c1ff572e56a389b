import { dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource, type EntityManager } from 'typeorm';
import { afterAll, afterEach, beforeAll, expect, inject, it, vi } from 'vitest';
import { authDatabase } from '../database/auth-database.js';
import { SigningKeyStore } from './signing-key.store.js';

const DAY_MS = 86_400_000;

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'));
  const definition = { ...authDatabase, url: database.url };
  await runMigrations(definition);
  dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
});

afterEach(() => vi.useRealTimers());

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

it('K04 tells the time by the clock of the database, not by that of the replica', async () => {
  const before = await databaseTime(dataSource.manager);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + DAY_MS });
  const store = new SigningKeyStore(dataSource);

  const times = [await store.now(), await store.exclusively(async ({ now }) => now)];

  const after = await databaseTime(dataSource.manager);
  for (const time of times) {
    expect(time).toBeGreaterThanOrEqual(before);
    expect(time).toBeLessThanOrEqual(after);
  }
});

it('K07 tells it as it is after the wait for another replica', async () => {
  const store = new SigningKeyStore(dataSource);
  const waiting = Promise.withResolvers<number>();
  const end = await store.exclusively(async ({ manager }) => {
    waiting.resolve(store.exclusively(async ({ now }) => now));
    await expect.poll(() => waitingForLocks(manager)).toBe(1);
    return databaseTime(manager);
  });

  expect(await waiting.promise).toBeGreaterThanOrEqual(end);
});

async function databaseTime(manager: EntityManager): Promise<number> {
  const rows = await manager.query<{ now: Date }[]>('SELECT clock_timestamp() AS now');
  return rows[0]?.now.getTime() ?? expect.fail('there is no time');
}

async function waitingForLocks(manager: EntityManager): Promise<number> {
  const rows = await manager.query<unknown[]>(
    `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
     WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted`,
  );
  return rows.length;
}
