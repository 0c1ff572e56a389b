import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { dataSourceOptions } from './database.module.js';
import { isDatabaseUnavailable } from './database-errors.js';

describe('isDatabaseUnavailable', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    dataSource = await connect(database.url);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('knows a refused connection', async () => {
    const closed = new URL(database.url);
    closed.port = String(await closedPort());

    expect(isDatabaseUnavailable(await errorOf(connect(closed.href)))).toBe(true);
  });

  it('knows a host that cannot be found', async () => {
    const unknown = new URL(database.url);
    unknown.hostname = 'database.invalid';

    expect(isDatabaseUnavailable(await errorOf(connect(unknown.href)))).toBe(true);
  });

  it('knows a connection that the server ends in the middle of a query', async () => {
    const runner = dataSource.createQueryRunner();
    const [{ pid }] = (await runner.query('SELECT pg_backend_pid() AS pid')) as [{ pid: number }];
    const asleep = errorOf(runner.query('SELECT pg_sleep(4)'));

    await dataSource.query('SELECT pg_terminate_backend($1)', [pid]);

    expect(isDatabaseUnavailable(await asleep)).toBe(true);
    expect(isDatabaseUnavailable(await errorOf(runner.query('SELECT 1')))).toBe(true);
    await runner.release();
  });

  it('knows a server that has no connection left', async () => {
    const visitor = new URL(database.url);
    visitor.username = `visitor_${randomUUID()}`;
    visitor.password = 'visitor';
    await dataSource.query(`CREATE ROLE "${visitor.username}" LOGIN PASSWORD 'visitor'`);
    await dataSource.query(`ALTER DATABASE ${visitor.pathname.slice(1)} CONNECTION LIMIT 0`);

    const error = await errorOf(connect(visitor.href));

    await dataSource.query(`DROP ROLE "${visitor.username}"`);
    expect(error).toHaveProperty('code', '53300');
    expect(isDatabaseUnavailable(error)).toBe(true);
  });

  it.each([
    ['a statement it cannot understand', 'SELECT nonsense'],
    ['a value it does not take', `SELECT 'x'::integer`],
  ])('does not count %s', async (_kind, statement) => {
    expect(isDatabaseUnavailable(await errorOf(dataSource.query(statement)))).toBe(false);
  });

  it('counts a statement that takes too long, which a lock or a slow disk causes', async () => {
    const statement = 'SET statement_timeout = 5; SELECT pg_sleep(1)';
    expect(isDatabaseUnavailable(await errorOf(dataSource.query(statement)))).toBe(true);
  });

  it.each([undefined, null, 'ECONNREFUSED', { code: 'ECONNREFUSED' }, new Error('anything')])(
    'does not count %s',
    (error) => {
      expect(isDatabaseUnavailable(error)).toBe(false);
    },
  );
});

async function connect(url: string): Promise<DataSource> {
  return new DataSource(dataSourceOptions({ url, entities: [], migrations: [] })).initialize();
}

async function errorOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
