import { randomBytes } from 'node:crypto';
import {
  createEventLogger,
  dataSourceOptions,
  Metrics,
  runMigrations,
} from '@m2m/service-defaults';
import { createTestDatabase, TestClock, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { AuditTrail } from '../audit/audit-trail.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { authDatabase } from '../database/auth-database.js';
import { KeyEncryptionKeys } from './key-encryption-keys.js';
import { SigningKeyEvents } from './signing-key.events.js';
import { SigningKeyLifecycle } from './signing-key.lifecycle.js';
import { SigningKeyScheduler } from './signing-key.scheduler.js';
import { SigningKeySettings } from './signing-key.settings.js';
import { SigningKeyStore } from './signing-key.store.js';
import { SigningKeys } from './signing-keys.js';

const DAY = 86_400;
const HOUR = 3_600;

const kek = randomBytes(32);
/** More than a notification takes, and less than the time until the next look. */
const AT_ONCE = { timeout: 1_000, interval: 10 };

describe('SigningKeyScheduler', () => {
  const lines: string[] = [];
  let database: TestDatabase;
  let clock: TestClock;
  let stops: (() => Promise<void>)[];

  beforeEach(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    await runMigrations({ ...authDatabase, url: database.url });
    clock = new TestClock();
    stops = [];
    lines.length = 0;
  });

  afterEach(async () => {
    for (const stop of stops) await stop();
    await database.drop();
  });

  it('K06 takes what another replica withdraws out of use at once', async () => {
    const [a, b] = [await start(), await start()];
    const leaked = b.keys.current.kid;

    await a.lifecycle.withdraw(leaked, 'operator');

    await expect.poll(() => b.keys.current.kid, AT_ONCE).not.toBe(leaked);
    expect(b.keys.published.map(({ kid }) => kid)).toEqual([b.keys.current.kid]);
  });

  it('K07 publishes what another replica announces at once', async () => {
    const [a, b] = [await start(), await start()];

    const { key } = await a.lifecycle.rotate('operator');

    await expect.poll(() => kidsOf(b), AT_ONCE).toContain(key.kid);
  });

  it('finds out what it could not be told', async () => {
    const { keys, feed, dataSource } = await start();
    const leaked = keys.current.kid;
    const gap = vi.fn();
    feed.onGap(gap);

    await dataSource.transaction(async (manager) => {
      await manager.query('ALTER TABLE signing_key DISABLE TRIGGER signing_key_notify');
      await manager.query('UPDATE signing_key SET withdrawn_at = now()');
    });
    expect(keys.current.kid).toBe(leaked);
    await dataSource.query(`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND query LIKE '%pg_notify%' AND pid <> pg_backend_pid()`);

    await expect.poll(() => gap.mock.calls.length, { timeout: 3_000 }).toBe(1);
    await expect.poll(() => keys.published, AT_ONCE).toEqual([]);
  });

  it('makes the next key by itself, and wipes the old one, as time goes by', async () => {
    const { keys } = await start(10);
    const first = keys.current.kid;

    clock.advance({ seconds: 30 * DAY });
    await expect.poll(() => keys.published.length, { timeout: 10_000 }).toBe(2);
    clock.advance({ seconds: 10 });
    expect(keys.current.kid).not.toBe(first);
    clock.advance({ seconds: HOUR });

    await expect.poll(() => events(), { timeout: 10_000 }).toContain('signing_key.retired');
    expect(keys.published.map(({ kid }) => kid)).toEqual([keys.current.kid]);
  });

  it('says so while the database is away, and goes on when it is back', async () => {
    const { keys, dataSource } = await start(10);
    await dataSource.query('ALTER TABLE signing_key RENAME TO signing_key_away');

    await expect.poll(events, { timeout: 10_000 }).toContain('signing_key.check_failed');
    expect(keys.published).toHaveLength(1);

    await dataSource.query('ALTER TABLE signing_key_away RENAME TO signing_key');
    clock.advance({ seconds: 30 * DAY });
    await expect.poll(() => keys.published.length, { timeout: 10_000 }).toBe(2);
  });

  async function start(announcementSeconds = HOUR) {
    const definition = { ...authDatabase, url: database.url };
    const dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    const logger = createEventLogger('auth', 'info', { write: (line) => void lines.push(line) });
    const store = new SigningKeyStore(dataSource, async () => clock.now());
    const settings = new SigningKeySettings('ES256', 30 * DAY, announcementSeconds);
    const keks = new KeyEncryptionKeys(kek);
    const keys = new SigningKeys(store, keks, settings, logger, clock.now);
    const audit = new AuditTrail(dataSource, logger, new Metrics('auth'), clock.now);
    const recorded = new SigningKeyEvents(audit);
    const lifecycle = new SigningKeyLifecycle(store, keks, settings, recorded, clock.now);
    const feed = new ChangeFeed(database.url, logger);
    const scheduler = new SigningKeyScheduler(keys, lifecycle, settings, feed, logger);
    feed.onModuleInit();
    await scheduler.onModuleInit();
    scheduler.onApplicationBootstrap();
    await vi.waitUntil(() => feed.isCurrent, { timeout: 10_000 });
    stops.push(async () => {
      await scheduler.beforeApplicationShutdown();
      await feed.onApplicationShutdown();
      await dataSource.destroy();
    });
    return { keys, lifecycle, feed, dataSource };
  }

  function kidsOf({ keys }: { readonly keys: SigningKeys }): string[] {
    return keys.published.map(({ kid }) => kid);
  }

  function events(): unknown[] {
    return lines.map((line) => (JSON.parse(line) as { event: unknown }).event);
  }
});
