import { dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { authDatabase } from '../database/auth-database.js';
import { UsedAssertions } from './used-assertions.js';

describe('UsedAssertions', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let otherReplica: DataSource;
  let used: UsedAssertions;
  const soon = Date.now() / 1_000 + 60;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    otherReplica = await new DataSource(dataSourceOptions(definition)).initialize();
    used = new UsedAssertions(dataSource);
  });

  beforeEach(() => dataSource.query('DELETE FROM used_assertion'));

  afterAll(async () => {
    await dataSource.destroy();
    await otherReplica.destroy();
    await database.drop();
  });

  it('lets an assertion be used once (P10)', async () => {
    await expect(used.use('a', 'one', soon)).resolves.toBe(true);
    await expect(used.use('a', 'one', soon)).resolves.toBe(false);
    await expect(used.use('a', 'one', soon + 30)).resolves.toBe(false);
    await expect(used.use('a', 'two', soon)).resolves.toBe(true);
    await expect(used.use('b', 'one', soon)).resolves.toBe(true);
  });

  it('lets one of many attempts at two replicas succeed (P10)', async () => {
    const usedThere = new UsedAssertions(otherReplica);
    const attempts = Array.from({ length: 40 }, (_none, at) =>
      (at % 2 ? used : usedThere).use('a', 'raced', soon),
    );

    const succeeded = (await Promise.all(attempts)).filter(Boolean);

    expect(succeeded).toHaveLength(1);
  });

  it('keeps any text apart from any other, whatever characters it holds', async () => {
    for (const jti of ['', ' ', '\0', '\0\0', "'", '\ud800', '😀', 'x'.repeat(255)]) {
      await expect(used.use('a', jti, soon)).resolves.toBe(true);
      await expect(used.use('a', jti, soon)).resolves.toBe(false);
    }
  });

  it('forgets what has expired a minute ago, some at a time (O05)', async () => {
    const now = Date.now() / 1_000;
    for (const jti of ['a', 'b', 'c']) await used.use('old', jti, now - 70);
    await used.use('new', 'just expired', now - 30);
    await used.use('new', 'live', now + 60);

    await expect(used.deleteExpired(2)).resolves.toBe(2);
    await expect(used.deleteExpired(2)).resolves.toBe(1);
    await expect(used.deleteExpired(2)).resolves.toBe(0);

    const rows = await dataSource.query<unknown[]>('SELECT client_id FROM used_assertion');
    expect(rows).toEqual([{ client_id: 'new' }, { client_id: 'new' }]);
  });
});
