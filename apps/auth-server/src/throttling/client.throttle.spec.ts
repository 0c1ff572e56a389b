import {
  createEventLogger,
  dataSourceOptions,
  type EventLogger,
  Metrics,
  runMigrations,
} from '@m2m/service-defaults';
import { createTestDatabase, TestClock, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { AuditTrail } from '../audit/audit-trail.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { authDatabase } from '../database/auth-database.js';
import { OAuthError } from '../oauth/oauth-error.js';
import { ClientThrottle } from './client.throttle.js';
import { ThrottleRetention } from './throttle-retention.js';

const LIMIT = 5;
const HOME = '192.0.2.1';
const ABROAD = '198.51.100.9';

interface Replica {
  readonly throttle: ClientThrottle;
  readonly feed: ChangeFeed;
  readonly metrics: Metrics;
}

describe('ClientThrottle', () => {
  const clock = new TestClock();
  const lines: string[] = [];
  let database: TestDatabase;
  let dataSource: DataSource;
  let logger: EventLogger;
  let one: Replica;
  let other: Replica;
  let count = 0;
  let clientId: string;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    logger = createEventLogger('auth', 'info', { write: (line) => void lines.push(line) });
    one = replica();
    other = replica();
    await vi.waitUntil(() => one.feed.isCurrent && other.feed.isCurrent, { timeout: 10_000 });
    // The limiter asks no other clock than this one.
    vi.useFakeTimers({ toFake: ['Date'] });
  });

  beforeEach(() => {
    clock.advance({ seconds: 3_600 });
    vi.setSystemTime(clock.now());
    lines.length = 0;
    clientId = `client-${count++}`;
  });

  afterAll(async () => {
    vi.useRealTimers();
    for (const { feed } of [one, other]) await feed.onApplicationShutdown();
    await dataSource.destroy();
    await database.drop();
  });

  it('A13: refuses a client by 429 after so many failures, and says for how long', async () => {
    await fail(one, LIMIT - 1);
    expect(refusalBy(one)).toBeUndefined();

    await fail(one, 1);

    expect(refusalBy(one)).toEqual({
      status: 429,
      code: 'temporarily_unavailable',
      headers: { 'retry-after': '60' },
    });
    advance(20);
    expect(refusalBy(one)).toMatchObject({ headers: { 'retry-after': '40' } });
    advance(39.5);
    expect(refusalBy(one)).toMatchObject({ headers: { 'retry-after': '1' } });
    advance(0.5);
    expect(refusalBy(one)).toBeUndefined();
  });

  it('A13: counts anew in the next minute', async () => {
    await fail(one, LIMIT - 1);
    advance(60);
    await fail(one, LIMIT - 1);

    expect(refusalBy(one)).toBeUndefined();
  });

  it('A13 A14: refuses no other client, and not the same one from elsewhere', async () => {
    await fail(one, LIMIT);

    expect(refusalBy(one, 'somebody-else')).toBeUndefined();
    expect(refusalBy(one, clientId, ABROAD)).toBeUndefined();
    expect(refusalBy(one, clientId, `::ffff:${HOME}`)).toBeDefined();
  });

  it('A13: counts the failures at all replicas together, and all of them refuse', async () => {
    await fail(one, LIMIT - 1);
    await fail(other, 1);

    expect(refusalBy(other)).toBeDefined();
    await expect.poll(() => refusalBy(one)).toBeDefined();
  });

  it('refuses the failures beyond the limit that were under way already', async () => {
    const failures = await Promise.allSettled(
      Array.from({ length: LIMIT + 3 }, () => one.throttle.countFailure(clientId, HOME)),
    );

    const refused = failures.filter(({ status }) => status === 'rejected');
    expect(refused.map((failure) => shownError((failure as PromiseRejectedResult).reason))).toEqual(
      Array.from({ length: 3 }, () => expect.objectContaining({ status: 429 }) as unknown),
    );
  });

  it('knows a block that it has not heard of, from the next failure on', async () => {
    await fail(one, LIMIT);
    const deaf = replica({ deaf: true });

    expect(refusalBy(deaf)).toBeUndefined();
    await expect(deaf.throttle.countFailure(clientId, HOME)).rejects.toMatchObject({ status: 429 });
    expect(refusalBy(deaf)).toBeDefined();
  });

  it('has as many tries a minute in this process as there may be failures', () => {
    for (let time = 0; time < LIMIT; time++) {
      expect(one.throttle.hasTriesLeft(clientId, HOME)).toBe(true);
      one.throttle.takeTry(clientId, HOME);
    }

    expect(one.throttle.hasTriesLeft(clientId, HOME)).toBe(false);
    expect(one.throttle.hasTriesLeft(clientId, ABROAD)).toBe(true);
    expect(other.throttle.hasTriesLeft(clientId, HOME)).toBe(true);
    advance(20);
    expect(refusalOf(() => one.throttle.takeTry(clientId, HOME))).toEqual({
      status: 429,
      code: 'temporarily_unavailable',
      headers: { 'retry-after': '40' },
    });
    // What is not known to be wrong yet blocks nobody.
    expect(refusalBy(one)).toBeUndefined();
    advance(40);
    expect(one.throttle.hasTriesLeft(clientId, HOME)).toBe(true);
  });

  it('has a try again that was given back, in the minute that it was taken in', () => {
    const minutes = Array.from({ length: LIMIT }, () => one.throttle.takeTry(clientId, HOME));
    for (const minute of minutes) one.throttle.giveBack(minute);
    expect(one.throttle.hasTriesLeft(clientId, HOME)).toBe(true);

    const before = one.throttle.takeTry(clientId, HOME);
    advance(60);
    for (let time = 0; time < LIMIT; time++) one.throttle.takeTry(clientId, HOME);
    one.throttle.giveBack(before);
    expect(one.throttle.hasTriesLeft(clientId, HOME)).toBe(false);
  });

  it('ends a block after its minute, though the clock is set back', async () => {
    let uptime = 1_000;
    const uptimeClock = vi.spyOn(performance, 'now').mockImplementation(() => uptime);
    try {
      const steady = replica({ deaf: true, byUptime: true });
      await fail(steady, LIMIT);
      advance(-3_600);
      expect(refusalBy(steady)).toMatchObject({ headers: { 'retry-after': '60' } });
      uptime += 60_000;
      expect(refusalBy(steady)).toBeUndefined();
    } finally {
      uptimeClock.mockRestore();
      advance(3_600);
    }
  });

  it('ignores announcements it does not understand', async () => {
    for (const announcement of ['', 'x', `${'a'.repeat(43)}.999999`, `${'a'.repeat(43)}.-1`]) {
      await dataSource.query(`SELECT pg_notify('auth_changes', $1)`, [`throttle:${announcement}`]);
    }
    await fail(other, LIMIT);

    await expect.poll(() => refusalBy(one)).toBeDefined();
    expect(refusalBy(one, 'somebody-else')).toBeUndefined();
  });

  it('counts and logs what it refuses; the block itself is an event', async () => {
    const before = await throttled();
    await fail(one, LIMIT);
    refusalBy(one);
    refusalBy(one);

    expect((await throttled()) - before).toBe(2);
    const [blocked, ...refused] = lines.map((line) => JSON.parse(line) as object);
    expect(blocked).toMatchObject({
      event: 'client_authentication.blocked',
      subject: clientId,
      reason: 'too_many_failures',
      address: HOME,
    });
    expect(refused).toHaveLength(2);
    for (const line of refused) {
      expect(line).toMatchObject({
        event: 'client_authentication.throttled',
        client_id: clientId,
        address: HOME,
      });
    }
  });

  it('keeps neither clients nor addresses in its table, and nothing for longer than needed', async () => {
    const retention = new ThrottleRetention(dataSource, clock.now);
    await retention.deleteExpired(1_000);
    await fail(one, 1);
    advance(30);
    await one.throttle.countFailure('a-later-one', HOME);

    const rows = await dataSource.query<{ key: string }[]>(
      'SELECT key FROM client_authentication_failure',
    );
    expect(rows).toHaveLength(2);
    expect(JSON.stringify(rows)).not.toMatch(/client|later|192/);
    expect(await retention.deleteExpired(10)).toBe(0);
    advance(30.001);
    expect(await retention.deleteExpired(10)).toBe(1);
    advance(30);
    expect(await retention.deleteExpired(10)).toBe(1);
    expect(await retention.deleteExpired(10)).toBe(0);
  });

  it('does not lose a count that begins anew while it is being swept', async () => {
    await fail(one, 1);
    advance(61);
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('UPDATE client_authentication_failure SET points = 1, expire = $1', [
      clock.now() + 60_000,
    ]);
    const sweeping = new ThrottleRetention(dataSource, clock.now).deleteExpired(10);
    await expect.poll(countOfWaiting).toBe(1);
    await runner.commitTransaction();
    await runner.release();

    expect(await sweeping).toBe(0);
  });

  async function countOfWaiting(): Promise<number> {
    const waiting = await dataSource.query<object[]>(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return waiting.length;
  }

  function replica({ deaf = false, byUptime = false } = {}): Replica {
    const metrics = new Metrics('auth-server');
    const feed = new ChangeFeed(database.url, logger);
    const audit = new AuditTrail(dataSource, logger, metrics, clock.now);
    const now = byUptime ? undefined : clock.now;
    const throttle = new ClientThrottle(LIMIT, dataSource, feed, audit, logger, metrics, now);
    if (!deaf) feed.onModuleInit();
    return { throttle, feed, metrics };
  }

  function advance(seconds: number): void {
    clock.advance({ seconds });
    vi.setSystemTime(clock.now());
  }

  async function fail({ throttle }: Replica, times: number): Promise<void> {
    for (let time = 0; time < times; time++) await throttle.countFailure(clientId, HOME);
  }

  function refusalBy({ throttle }: Replica, client = clientId, address = HOME): unknown {
    return refusalOf(() => throttle.check(client, address));
  }

  function refusalOf(act: () => unknown): unknown {
    try {
      act();
      return undefined;
    } catch (error) {
      return shownError(error);
    }
  }

  async function throttled(): Promise<number> {
    const text = await one.metrics.registry.getSingleMetricAsString(
      'oauth_client_authentication_throttled_total',
    );
    return Number(/ (\d+)$/m.exec(text)?.[1]);
  }
});

function shownError(error: unknown): object {
  if (!(error instanceof OAuthError)) throw error;
  return { status: error.getStatus(), code: error.code, headers: error.headers };
}
