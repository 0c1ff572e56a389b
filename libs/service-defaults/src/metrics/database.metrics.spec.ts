import { createTestDatabase, TestClock, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, expect, describe, inject, it } from 'vitest';
import { dataSourceOptions } from '../database/database.module.js';
import { DatabaseMetrics } from './database.metrics.js';
import { Metrics } from './metrics.js';

describe('the metrics of a database pool', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let metrics: Metrics;
  let clock: TestClock;

  beforeEach(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { url: database.url, entities: [], migrations: [] };
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    clock = new TestClock();
    metrics = new Metrics('things', clock.now);
    new DatabaseMetrics(metrics, dataSource);
  });

  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('tell connections in use from idle ones, and who waits', async () => {
    const runners = Array.from({ length: 10 }, () => dataSource.createQueryRunner());
    await Promise.all(runners.map((runner) => runner.connect()));
    const waiting = dataSource.query('SELECT 1');

    expect(await pool()).toEqual({ idle: 0, used: 10, max: 10, waiting: 1 });
    await Promise.all(runners.map((runner) => runner.release()));
    await waiting;
    clock.advance({ seconds: 1 });
    expect(await pool()).toEqual({ idle: 10, used: 0, max: 10, waiting: 0 });
  });

  async function pool() {
    const text = await metrics.registry.metrics();
    const value = (series: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(series))
          ?.split(' ')
          .at(-1),
      );
    return {
      idle: value('db_client_connection_count{db_client_connection_state="idle"'),
      used: value('db_client_connection_count{db_client_connection_state="used"'),
      max: value('db_client_connection_max'),
      waiting: value('db_client_connection_pending_requests'),
    };
  }
});
