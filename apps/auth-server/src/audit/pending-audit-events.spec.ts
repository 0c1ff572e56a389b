import {
  createEventLogger,
  dataSourceOptions,
  type EventLogger,
  Metrics,
  runMigrations,
} from '@m2m/service-defaults';
import { createTestDatabase, TestClock, type TestDatabase } from '@m2m/testing';
import { DataSource, type QueryRunner } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { authDatabase } from '../database/auth-database.js';
import type { AuditEventEntity } from './audit-event.entity.js';
import { MOST_PENDING, MOST_PER_MINUTE, PendingAuditEvents } from './pending-audit-events.js';

const STATEMENT_TIMEOUT_MS = 200;

describe('PendingAuditEvents', () => {
  const clock = new TestClock();
  let database: TestDatabase;
  let dataSource: DataSource;
  let metrics: Metrics;
  let lines: string[];
  let logger: EventLogger;
  let pending: PendingAuditEvents;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource({
      ...dataSourceOptions(definition),
      extra: { statement_timeout: STATEMENT_TIMEOUT_MS },
    }).initialize();
  });

  beforeEach(async () => {
    metrics = new Metrics('auth-server');
    lines = [];
    logger = createEventLogger('auth', 'info', { write: (line) => void lines.push(line) });
    pending = new PendingAuditEvents(dataSource, logger, metrics, clock.now);
    await dataSource.query('TRUNCATE audit_event');
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('stores what waits, in the background', async () => {
    pending.start();
    pending.add(event());

    await expect.poll(stored).toBe(1);
    await pending.stop();
  });

  it('keeps events while the database cannot take them, and stores each once it can', async () => {
    const lock = await lockTable();
    pending.add(event());
    await pending.store();
    await lock.release();
    pending.add(event());
    await pending.store();

    expect(await stored()).toBe(2);
    expect(lines).toEqual([]);
  });

  it('stores once what was stored by an attempt whose answer did not arrive', async () => {
    const row = event();
    pending.add(row);
    pending.add(row);
    await pending.store();

    expect(await stored()).toBe(1);
  });

  it('says so when it ends with events that could not be stored', async () => {
    const lock = await lockTable();
    pending.add(event());
    pending.add(event());
    await pending.stop();
    await lock.release();

    expect(await lost('database_unavailable')).toBe(2);
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({
        level: 'error',
        event: 'audit_event.not_stored',
        reason: 'database_unavailable',
      }),
    ]);
  });

  it('tries once more at its end, however often it was to store while the database hangs', async () => {
    const lock = await lockTable();
    const attempts = vi.spyOn(dataSource, 'createQueryBuilder');
    pending.add(event());
    for (let tick = 0; tick < 20; tick++) void pending.store();
    await vi.waitUntil(() => attempts.mock.calls.length === 1, { timeout: 10_000 });
    for (let tick = 0; tick < 20; tick++) void pending.store();
    await pending.stop();
    await lock.release();

    expect(attempts).toHaveBeenCalledTimes(2);
    attempts.mockRestore();
  });

  it('loses one event that the database refuses, not those beside it', async () => {
    const halfACharacter = '😀'.slice(0, 1);
    pending.add(event());
    pending.add(Object.assign(event(), { details: { note: halfACharacter } }));
    pending.add(event());
    await pending.store();

    expect(await stored()).toBe(2);
    expect(await lost('refused')).toBe(1);
  });

  it('keeps no more in memory than it says', async () => {
    const lock = await lockTable();
    for (let minute = 0; minute < 5; minute++) {
      clock.advance({ seconds: 60 });
      for (let count = 0; count < MOST_PER_MINUTE; count++) pending.add(event());
    }
    await lock.release();
    await pending.store();

    expect(await stored()).toBe(MOST_PENDING);
    expect(await lost('database_unavailable')).toBe(5 * MOST_PER_MINUTE - MOST_PENDING);
  });

  it('lets no flood fill the table', async () => {
    for (let count = 0; count < 2 * MOST_PER_MINUTE; count++) pending.add(event());
    clock.advance({ seconds: 60 });
    pending.add(event());
    await pending.store();

    expect(await stored()).toBe(MOST_PER_MINUTE + 1);
    expect(await lost('too_many')).toBe(MOST_PER_MINUTE);
    expect(lines).toHaveLength(1);
  });

  it('counts its minutes by a clock that nobody sets back', async () => {
    let uptime = 1_000;
    const uptimeClock = vi.spyOn(performance, 'now').mockImplementation(() => uptime);
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      pending = new PendingAuditEvents(dataSource, logger, new Metrics('auth-server'));
      for (let count = 0; count < MOST_PER_MINUTE; count++) pending.add(event());
      vi.setSystemTime(Date.now() - 3_600_000);
      uptime += 60_000;
      pending.add(event());
      await pending.store();
    } finally {
      vi.useRealTimers();
      uptimeClock.mockRestore();
    }

    expect(await stored()).toBe(MOST_PER_MINUTE + 1);
  });

  function event(): AuditEventEntity {
    return {
      id: uuidv7(),
      occurredAt: new Date(clock.now()),
      event: 'test.done',
      actor: null,
      subject: null,
      outcome: 'success',
      reason: null,
      requestId: null,
      details: {},
    };
  }

  async function stored(): Promise<number> {
    const rows = await dataSource.query<object[]>('SELECT FROM audit_event');
    return rows.length;
  }

  async function lost(reason: string): Promise<number> {
    const text = await metrics.registry.getSingleMetricAsString(
      'oauth_audit_events_not_stored_total',
    );
    return Number(new RegExp(`reason="${reason}".*} (\\d+)$`, 'm').exec(text)?.[1]);
  }

  /** Lets every statement on the table run into its timeout until the lock is released. */
  async function lockTable(): Promise<Pick<QueryRunner, 'release'>> {
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('LOCK TABLE audit_event');
    return {
      release: async () => {
        await runner.rollbackTransaction();
        await runner.release();
      },
    };
  }
});
