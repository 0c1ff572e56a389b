import {
  createEventLogger,
  dataSourceOptions,
  type EventLogger,
  Metrics,
  runMigrations,
} from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { authDatabase } from '../database/auth-database.js';
import { ThrottleRetention } from '../throttling/throttle-retention.js';
import type { SweepJob } from './sweep-job.js';
import { Sweeper } from './sweeper.js';

const NEVER = new AbortController().signal;

describe('Sweeper', () => {
  const lines: string[] = [];
  let database: TestDatabase;
  let dataSource: DataSource;
  let logger: EventLogger;
  let metrics: Metrics;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    logger = createEventLogger('auth', 'info', { write: (line) => void lines.push(line) });
  });

  beforeEach(() => {
    lines.length = 0;
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('O05: deletes all that has ended in batches, and nothing else', async () => {
    await insertFailures({ ended: 2_500, live: 3 });
    const retention = new ThrottleRetention(dataSource);
    const batches: number[] = [];
    const sweeper = sweeperOf({
      name: 'failures',
      deleteBatch: async (limit) => {
        const deleted = await retention.deleteExpired(limit);
        batches.push(deleted);
        return deleted;
      },
    });

    expect(await sweeper.sweep(NEVER)).toBe('swept');

    expect(batches).toEqual([1_000, 1_000, 500]);
    expect(await dataSource.query('SELECT FROM client_authentication_failure')).toHaveLength(3);
    expect(await counted('oauth_swept_rows_total', 'failures')).toBe(2_500);
    expect(await counted('oauth_sweeps_total', 'swept')).toBe(1);
  });

  it('O05: does no work twice where two replicas sweep at the same time', async () => {
    const gate = Promise.withResolvers<number>();
    const runs: string[] = [];
    const slow = sweeperOf({
      name: 'slow',
      deleteBatch: () => {
        runs.push('slow');
        return gate.promise;
      },
    });
    const sweeping = slow.sweep(NEVER);
    await expect.poll(() => runs).toEqual(['slow']);

    const second = sweeperOf(recordingJob(runs, 'second', [0]));
    expect(await second.sweep(NEVER)).toBe('left_to_another');
    expect(runs).toEqual(['slow']);
    expect(await counted('oauth_sweeps_total', 'left_to_another')).toBe(1);

    gate.resolve(0);
    expect(await sweeping).toBe('swept');
    expect(await second.sweep(NEVER)).toBe('swept');
    expect(runs).toEqual(['slow', 'second']);
  });

  it('gives each job its turn', async () => {
    const runs: string[] = [];
    const sweeper = sweeperOf(
      recordingJob(runs, 'many', [1_000, 1_000, 7]),
      recordingJob(runs, 'few', [1]),
      recordingJob(runs, 'some', [1_000, 0]),
    );

    await sweeper.sweep(NEVER);

    expect(runs).toEqual(['many', 'few', 'some', 'many', 'some', 'many']);
  });

  it('goes on with the others where one fails, and says so', async () => {
    const runs: string[] = [];
    const broken = {
      name: 'broken',
      deleteBatch: () => Promise.reject(new Error('no such table')),
    };
    const sweeper = sweeperOf(broken, recordingJob(runs, 'whole', [1]));

    expect(await sweeper.sweep(NEVER)).toBe('failed');

    expect(runs).toEqual(['whole']);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      event: 'sweep.failed',
      job: 'broken',
      msg: 'Error: no such table',
    });
    expect(await counted('oauth_sweeps_total', 'failed')).toBe(1);
    expect(await sweeperOf(recordingJob(runs, 'later', [0])).sweep(NEVER)).toBe('swept');
  });

  it('ends with the batch at hand when it is told to', async () => {
    const runs: string[] = [];
    const stop = new AbortController();
    const sweeper = sweeperOf({
      name: 'endless',
      deleteBatch: (limit) => {
        runs.push('endless');
        if (runs.length === 2) stop.abort();
        return Promise.resolve(limit);
      },
    });

    expect(await sweeper.sweep(stop.signal)).toBe('swept');
    expect(runs).toHaveLength(2);
  });

  it('survives that the database is away, and sweeps once it is back', async () => {
    const options = dataSourceOptions({ ...authDatabase, url: database.url });
    const away = await new DataSource(options).initialize();
    await away.destroy();
    const runs: string[] = [];
    const job = recordingJob(runs, 'job', [0]);
    const sweeper = new Sweeper([job], away, logger, new Metrics('auth-server'));

    expect(await sweeper.sweep(NEVER)).toBe('failed');
    expect(runs).toEqual([]);
    await away.initialize();
    expect(await sweeper.sweep(NEVER)).toBe('swept');
    expect(runs).toEqual(['job']);
    await away.destroy();
  });

  function sweeperOf(...jobs: SweepJob[]): Sweeper {
    metrics = new Metrics('auth-server');
    return new Sweeper(jobs, dataSource, logger, metrics);
  }

  async function insertFailures({ ended, live }: { ended: number; live: number }) {
    await dataSource.query(
      `INSERT INTO client_authentication_failure
       SELECT 'ended ' || n, 1, 0 FROM generate_series(1, $1) n UNION ALL
       SELECT 'live ' || n, 1, $3::bigint FROM generate_series(1, $2) n`,
      [ended, live, Date.now() + 60_000],
    );
  }

  async function counted(metric: string, value: string): Promise<number> {
    const text = await metrics.registry.getSingleMetricAsString(metric);
    return Number(new RegExp(`="${value}".*} (\\d+)$`, 'm').exec(text)?.[1]);
  }
});

/** A job that deletes so many rows in each of its batches. */
function recordingJob(runs: string[], name: string, batches: readonly number[]): SweepJob {
  const left = [...batches];
  return {
    name,
    deleteBatch: () => {
      runs.push(name);
      return Promise.resolve(left.shift() ?? 0);
    },
  };
}
