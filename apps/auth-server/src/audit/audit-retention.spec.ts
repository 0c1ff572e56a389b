import { dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, TestClock, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { authDatabase } from '../database/auth-database.js';
import { AuditRetention } from './audit-retention.js';

const DAY = 86_400;

const clock = new TestClock();
let database: TestDatabase;
let dataSource: DataSource;

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

it('O05: deletes what has been kept for long enough, the oldest first and no more than asked', async () => {
  const retention = new AuditRetention(dataSource, 90, clock.now);
  for (const age of [89 * DAY, 90 * DAY + 1, 91 * DAY, 92 * DAY, 0]) await insert(age);

  expect(await retention.deleteExpired(2)).toBe(2);
  expect(await ages()).toEqual([90 * DAY + 1, 89 * DAY, 0]);
  expect(await retention.deleteExpired(2)).toBe(1);
  expect(await retention.deleteExpired(2)).toBe(0);
  expect(await ages()).toEqual([89 * DAY, 0]);

  clock.advance({ seconds: 2 * DAY });
  expect(await retention.deleteExpired(2)).toBe(1);
});

async function insert(ageSeconds: number): Promise<void> {
  await dataSource.query(
    `INSERT INTO audit_event (id, occurred_at, event, outcome, details)
     VALUES (gen_random_uuid(), $1, 'test.done', 'success', '{}')`,
    [new Date(clock.now() - ageSeconds * 1_000)],
  );
}

async function ages(): Promise<number[]> {
  const rows = await dataSource.query<{ occurred_at: Date }[]>(
    'SELECT occurred_at FROM audit_event ORDER BY occurred_at',
  );
  return rows.map((row) => (clock.now() - row.occurred_at.getTime()) / 1_000);
}
