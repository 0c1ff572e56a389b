import { dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, expect, inject, it, vi } from 'vitest';
import { authDatabase } from '../database/auth-database.js';
import { AuditRetention } from './audit-retention.js';

const DAY = 86_400;

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createTestDatabase(inject('postgresUrl'));
  const definition = { ...authDatabase, url: database.url };
  await runMigrations(definition);
  dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
});

afterEach(async () => {
  vi.useRealTimers();
  await dataSource.query('DELETE FROM audit_event');
});

afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

it('O05: deletes what has been kept for long enough, the oldest first and no more than asked', async () => {
  const retention = new AuditRetention(dataSource, 90);
  for (const age of [89 * DAY, 90 * DAY + 1, 91 * DAY, 92 * DAY, 0]) await insert(age);

  expect(await retention.deleteExpired(2)).toBe(2);
  expect(await ages()).toEqual([90, 89, 0]);
  expect(await retention.deleteExpired(2)).toBe(1);
  expect(await retention.deleteExpired(2)).toBe(0);
  expect(await ages()).toEqual([89, 0]);

  await dataSource.query(`UPDATE audit_event SET occurred_at = occurred_at - interval '48 h'`);
  expect(await retention.deleteExpired(2)).toBe(1);
});

it('O05: goes by the clock of the database, however far that of the replica is ahead', async () => {
  const retention = new AuditRetention(dataSource, 90);
  await insert(DAY);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 120 * DAY * 1_000 });

  expect(await retention.deleteExpired(10)).toBe(0);
});

async function insert(ageSeconds: number): Promise<void> {
  await dataSource.query(
    `INSERT INTO audit_event (id, occurred_at, event, outcome, details)
     VALUES (gen_random_uuid(), now() - make_interval(secs => $1), 'test.done', 'success', '{}')`,
    [ageSeconds],
  );
}

/** In whole days. */
async function ages(): Promise<number[]> {
  const rows = await dataSource.query<{ days: number }[]>(
    `SELECT extract(epoch FROM now() - occurred_at)::float / ${DAY} AS days
     FROM audit_event ORDER BY occurred_at`,
  );
  return rows.map(({ days }) => Math.floor(days));
}
