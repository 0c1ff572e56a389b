import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import type { DataSource, EntityManager } from 'typeorm';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { connectDataSource, dataSourceOptions } from './database.module.js';

/** For how long a server hangs, from the moment it is no longer waited for. */
const HANGS_SECONDS = 1;
const QUERY_TIMEOUT_MS = 200;

describe('a pool of database connections', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeEach(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    dataSource = await connectDataSource({
      ...dataSourceOptions({ url: database.url, entities: [], migrations: [] }),
      // Of one connection: whoever is next gets that of whoever was before.
      extra: { max: 1, query_timeout: QUERY_TIMEOUT_MS },
    });
    await dataSource.query('CREATE TABLE work (whose text)');
  });

  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('lets nobody commit the work of a transaction that was given up while the server hung', async () => {
    const before = await backend(dataSource);
    const givenUp = dataSource.transaction(async (manager) => {
      await work(manager, 'of one who was told that it failed');
      await manager.query(`SELECT pg_sleep(${HANGS_SECONDS})`);
    });
    await expect(givenUp).rejects.toThrow('Query read timeout');

    await eventually(() => dataSource.transaction((manager) => work(manager, 'of the next')));

    expect(await eventually(() => dataSource.query('SELECT whose FROM work'))).toEqual([
      { whose: 'of the next' },
    ]);
    expect(await backend(dataSource)).not.toBe(before);
  });

  it('does not go on with a connection whose transaction begins after it was given up', async () => {
    const before = await backend(dataSource);
    const begin = dataSource.query(`START TRANSACTION; SELECT pg_sleep(${HANGS_SECONDS})`);
    await expect(begin).rejects.toThrow('Query read timeout');

    await eventually(() => work(dataSource.manager, 'of the next'));

    expect(await backend(dataSource)).not.toBe(before);
    // Another's connection sees what is committed, and nothing else.
    await dataSource.destroy();
    await dataSource.initialize();
    expect(await dataSource.query('SELECT whose FROM work')).toEqual([{ whose: 'of the next' }]);
  });

  it('goes on with a connection whose statements and transactions fail in good order', async () => {
    const before = await backend(dataSource);

    for (const value of ['x', 'y']) {
      await expect(dataSource.query('SELECT $1::integer', [value])).rejects.toThrow('integer');
      await expect(dataSource.query('SELECT nonsense')).rejects.toThrow('nonsense');
      await expect(
        dataSource.transaction((manager) => manager.query('SELECT $1::integer', [value])),
      ).rejects.toThrow('integer');
    }

    expect(await backend(dataSource)).toBe(before);
  });
});

async function work(manager: EntityManager, whose: string): Promise<void> {
  await manager.query('INSERT INTO work VALUES ($1)', [whose]);
}

/** Which of the server's processes answers. */
async function backend(dataSource: DataSource): Promise<number> {
  const [row] = await dataSource.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
  return row?.pid ?? Number.NaN;
}

/** Tries until the server has answered whoever it kept waiting. */
async function eventually<Result>(attempt: () => Promise<Result>): Promise<Result> {
  const giveUp = Date.now() + 10_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > giveUp) throw error;
    }
  }
}
