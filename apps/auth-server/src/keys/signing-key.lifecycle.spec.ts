import { randomBytes } from 'node:crypto';
import {
  createEventLogger,
  dataSourceOptions,
  Metrics,
  runMigrations,
} from '@m2m/service-defaults';
import { createTestDatabase, TestClock, type TestDatabase } from '@m2m/testing';
import { generateSigningKey, sealPrivateKey, type SigningAlgorithm } from '@m2m/token-issuance';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { AuditTrail } from '../audit/audit-trail.js';
import { CreateRegistry1764000000000 } from '../database/1764000000000-create-registry.migration.js';
import { authDatabase } from '../database/auth-database.js';
import { KeyEncryptionKeys } from './key-encryption-keys.js';
import { stateOf } from './key-schedule.js';
import { SigningKeyEvents } from './signing-key.events.js';
import { SigningKeyLifecycle } from './signing-key.lifecycle.js';
import { SigningKeySettings } from './signing-key.settings.js';
import { SigningKeyStore } from './signing-key.store.js';
import { SigningKeys } from './signing-keys.js';

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;
const RETENTION = 11 * MINUTE;
const ANNOUNCEMENT = 10 * MINUTE;
const OUT_OF_DATE = 'There is no key to sign with. Try again shortly.';

/** What one auth-server has of the signing keys. */
interface Replica {
  readonly dataSource: DataSource;
  readonly keys: SigningKeys;
  readonly lifecycle: SigningKeyLifecycle;
}

interface ReplicaOptions {
  readonly algorithm?: SigningAlgorithm;
  readonly kek?: Buffer;
  readonly previousKek?: Buffer;
  /** By how much its clock is ahead of the database's; negative if it is behind. */
  readonly aheadSeconds?: number;
}

const kek = randomBytes(32);

describe('SigningKeyLifecycle', () => {
  const lines: string[] = [];
  let database: TestDatabase;
  let clock: TestClock;
  let replicas: Replica[];

  beforeEach(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    await runMigrations({ ...authDatabase, url: database.url });
    clock = new TestClock();
    replicas = [];
    lines.length = 0;
  });

  afterEach(async () => {
    await Promise.all(replicas.map(({ dataSource }) => dataSource.destroy()));
    await database.drop();
  });

  describe('at the start', () => {
    it('makes a first key, to be signed by at once', async () => {
      const { keys } = await start();

      expect(states(keys)).toEqual(['active']);
      expect(keys.published.map(({ kid }) => kid)).toEqual([keys.current.kid]);
      expect(events()).toEqual(['signing_key.created', 'signing_key.activated']);
    });

    it('finds the same key again, and makes no other', async () => {
      const first = await start();

      const second = await start();

      expect(second.keys.current.publicJwk).toEqual(first.keys.current.publicJwk);
      expect(second.keys.current.privateKey.equals(first.keys.current.privateKey)).toBe(true);
      expect(second.keys.published).toHaveLength(1);
    });

    it('K07 gives several replicas that start at once the same one key', async () => {
      const started = await Promise.all(Array.from({ length: 4 }, () => start()));

      expect(new Set(started.map(({ keys }) => keys.current.kid)).size).toBe(1);
      expect(await rows()).toHaveLength(1);
    });

    it.each<SigningAlgorithm>(['PS256', 'RS256', 'EdDSA'])(
      'makes keys for %s',
      async (algorithm) => {
        const { keys } = await start({ algorithm });

        expect(keys.current.alg).toBe(algorithm);
      },
    );

    it('shows the same key set for as long as the keys are the same', async () => {
      const { keys, lifecycle } = await start();
      const before = keys.keySet;

      await keys.reload();
      expect(keys.keySet).toBe(before);
      await lifecycle.rotate('operator');
      await keys.reload();
      expect(keys.keySet).not.toBe(before);
      expect(keys.keySet.keys).toHaveLength(2);
    });

    it('stores no private key that could be read', async () => {
      const { keys } = await start();

      const [row] = await rows();

      const d = Buffer.from(keys.current.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
      expect(d).toHaveLength(32);
      expect(row?.sealed_private_key?.includes(d.subarray(0, 8))).toBe(false);
    });
  });

  describe('rotation', () => {
    it('K04 announces the next key, and signs by it once it has been published for the announcement', async () => {
      const replica = await start();
      const old = replica.keys.current;

      clock.advance({ seconds: 30 * DAY - ANNOUNCEMENT - 1 });
      await check(replica);
      expect(states(replica.keys)).toEqual(['active']);
      clock.advance({ seconds: 1 });
      await check(replica);
      expect(states(replica.keys)).toEqual(['announced', 'active']);
      expect(replica.keys.published).toHaveLength(2);

      clock.advance({ seconds: ANNOUNCEMENT - 1 });
      await check(replica);
      expect(replica.keys.current.kid).toBe(old.kid);
      clock.advance({ seconds: 1 });
      expect(replica.keys.current.kid).not.toBe(old.kid);
      expect(states(replica.keys)).toEqual(['active', 'retiring']);
    });

    it('K06 publishes the old key until its last token has expired, and then wipes it', async () => {
      const replica = await start();
      const old = replica.keys.current;
      clock.advance({ seconds: 30 * DAY });
      await check(replica);
      clock.advance({ seconds: ANNOUNCEMENT });
      await check(replica);

      clock.advance({ seconds: RETENTION - 1 });
      await check(replica);
      expect(replica.keys.published.map(({ kid }) => kid)).toContain(old.kid);
      expect((await rows()).every((row) => row.sealed_private_key)).toBe(true);

      clock.advance({ seconds: 1 });
      await check(replica);
      expect(replica.keys.published.map(({ kid }) => kid)).not.toContain(old.kid);
      expect(await rows()).toContainEqual(
        expect.objectContaining({ kid: old.kid, sealed_private_key: null, kek_id: null }),
      );
      expect(events().filter((event) => event === 'signing_key.retired')).toHaveLength(1);
    });

    it('K07 makes one key where two replicas find at once that it is time to', async () => {
      const [a, b] = [await start(), await start()];
      clock.advance({ seconds: 30 * DAY - ANNOUNCEMENT });

      await Promise.all([check(a), check(b), check(a), check(b)]);

      expect(await rows()).toHaveLength(2);
      expect(events().filter((event) => event === 'signing_key.announced')).toHaveLength(1);
      await Promise.all([check(a), check(b)]);
      const jwks = ({ keys }: Replica) => keys.published.map(({ publicJwk }) => publicJwk);
      expect(jwks(a)).toEqual(jwks(b));
      expect(jwks(a)).toHaveLength(2);
    });

    it('comes early for another algorithm', async () => {
      await start();

      const replica = await start({ algorithm: 'EdDSA' });

      expect(replica.keys.current.alg).toBe('ES256');
      clock.advance({ seconds: ANNOUNCEMENT });
      expect(replica.keys.current.alg).toBe('EdDSA');
      expect(replica.keys.published.map(({ alg }) => alg)).toEqual(['EdDSA', 'ES256']);
    });

    it('comes early if an operator asks for it, but not twice', async () => {
      const { keys, lifecycle } = await start();

      const { key } = await lifecycle.rotate('operator');

      expect(key.activatesAt.getTime()).toBe(clock.now() + ANNOUNCEMENT * 1_000);
      await expect(lifecycle.rotate('operator')).rejects.toMatchObject({
        status: 409,
        members: { code: 'signing_key_already_announced' },
      });
      await keys.reload();
      expect(states(keys)).toEqual(['announced', 'active']);
      expect(log().find(({ event }) => event === 'signing_key.announced')).toMatchObject({
        actor: 'operator',
        subject: key.kid,
        alg: 'ES256',
      });
    });
  });

  describe('a replica that is late', () => {
    it('K04 goes on with the old key for as long as that is sure to be published', async () => {
      const [prompt, late] = [await start(), await start()];
      const old = prompt.keys.current.kid;
      await prompt.lifecycle.rotate('operator');
      await prompt.keys.reload();

      clock.advance({ seconds: ANNOUNCEMENT });
      expect(prompt.keys.current.kid).not.toBe(old);
      expect(late.keys.current.kid).toBe(old);
      clock.advance({ seconds: 1 });
      expect(() => late.keys.current).toThrow(OUT_OF_DATE);

      await Promise.all([late.keys.reload(), prompt.keys.reload()]);
      expect(late.keys.current.kid).toBe(prompt.keys.current.kid);
    });

    it('keeps publishing what it knows', async () => {
      const { keys } = await start();
      clock.advance({ seconds: DAY });

      expect(keys.published).toHaveLength(1);
    });
  });

  describe('a replica whose clock differs', () => {
    it('K04 makes no key before it is time by the clock of the database', async () => {
      const [good, ahead] = [await start(), await start({ aheadSeconds: 12 * HOUR })];
      clock.advance({ seconds: 30 * DAY - 5 * HOUR });

      await check(ahead);
      expect(await rows()).toHaveLength(1);

      clock.advance({ seconds: 5 * HOUR - ANNOUNCEMENT });
      await check(ahead);
      await good.keys.reload();
      expect(states(good.keys)).toEqual(['announced', 'active']);
      clock.advance({ seconds: ANNOUNCEMENT });
      expect(states(good.keys)).toEqual(['active', 'retiring']);
    });

    it.each([12 * HOUR, -12 * HOUR])(
      'K04 dates what it writes by the clock of the database (%d seconds ahead)',
      async (aheadSeconds) => {
        const { lifecycle } = await start({ aheadSeconds });

        const { key: next } = await lifecycle.rotate('operator');
        const { key: leaked } = await lifecycle.withdraw(next.kid, 'operator');

        expect(next.createdAt.getTime()).toBe(clock.now());
        expect(next.activatesAt.getTime()).toBe(clock.now() + ANNOUNCEMENT * 1_000);
        expect(leaked.withdrawnAt?.getTime()).toBe(clock.now());
      },
    );

    it('K06 leaves the key that the others sign by', async () => {
      const [good, ahead] = [await start(), await start({ aheadSeconds: 12 * HOUR })];
      const { kid } = good.keys.current;
      await good.lifecycle.rotate('operator');

      await check(ahead);
      expect(await ahead.lifecycle.deleteRetired(0, 10)).toBe(0);

      await good.keys.reload();
      expect(good.keys.current.kid).toBe(kid);
      expect(good.keys.published).toHaveLength(2);
      expect(events()).not.toContain('signing_key.retired');
    });

    it('K06 wipes nothing that is in use by its own clock either', async () => {
      const [good, behind] = [await start(), await start({ aheadSeconds: -12 * HOUR })];
      await good.lifecycle.rotate('operator');
      clock.advance({ seconds: 13 * HOUR });
      await good.lifecycle.rotate('operator');
      clock.advance({ seconds: ANNOUNCEMENT + RETENTION });
      const privateHalves = async () =>
        (await rows()).map(({ sealed_private_key }) => sealed_private_key !== null);

      await check(behind);
      expect(await privateHalves()).toEqual([false, true, true]);
      await check(good);
      expect(await privateHalves()).toEqual([false, false, true]);
    });

    it('withdraws what has retired by the clock of the database alone', async () => {
      const [good, behind] = [await start(), await start({ aheadSeconds: -12 * HOUR })];
      const leaked = good.keys.current.kid;
      await good.lifecycle.rotate('operator');
      clock.advance({ seconds: ANNOUNCEMENT + RETENTION });

      const { key } = await behind.lifecycle.withdraw(leaked, 'operator');

      expect(key.withdrawnAt?.getTime()).toBe(clock.now());
      await behind.keys.reload();
      expect(behind.keys.published.map(({ kid }) => kid)).not.toContain(leaked);
    });
  });

  describe('the loss of the private half that is signed by', () => {
    it('lets the announced key take over at once', async () => {
      const { keys, lifecycle, dataSource } = await start();
      const { key: next } = await lifecycle.rotate('operator');

      await dataSource.query('UPDATE signing_key SET sealed_private_key = NULL WHERE kid <> $1', [
        next.kid,
      ]);
      await keys.reload();

      expect(keys.current.kid).toBe(next.kid);
      expect(keys.published.map(({ kid }) => kid)).toEqual([next.kid]);
    });

    it('has a new key made and signed by at once', async () => {
      const replica = await start();
      const lost = replica.keys.current.kid;
      clock.advance({ seconds: 1 });

      await replica.dataSource.query('UPDATE signing_key SET sealed_private_key = NULL');
      await check(replica);

      expect(states(replica.keys)).toEqual(['active', 'retired']);
      expect(replica.keys.current.kid).not.toBe(lost);
      expect(events()).not.toContain('signing_key.open_failed');
    });
  });

  describe('withdrawal', () => {
    it('K06 takes a key out of use at once on all replicas, which sign by a new one', async () => {
      const [a, b] = [await start(), await start()];
      const leaked = a.keys.current.kid;

      const { key } = await a.lifecycle.withdraw(leaked, 'operator');
      await Promise.all([a.keys.reload(), b.keys.reload()]);

      expect(key.withdrawnAt?.getTime()).toBe(clock.now());
      for (const { keys } of [a, b]) {
        expect(keys.published.map(({ kid }) => kid)).toEqual([keys.current.kid]);
        expect(keys.current.kid).not.toBe(leaked);
      }
      expect(a.keys.current.kid).toBe(b.keys.current.kid);
      expect(await rows()).toContainEqual(
        expect.objectContaining({ kid: leaked, sealed_private_key: null }),
      );
    });

    it('lets the announced key take over at once', async () => {
      const { keys, lifecycle } = await start();
      const leaked = keys.current.kid;
      const { key: next } = await lifecycle.rotate('operator');
      clock.advance({ seconds: 1 });

      await lifecycle.withdraw(leaked, 'operator');
      await keys.reload();

      expect(keys.current.kid).toBe(next.kid);
      expect(states(keys)).toEqual(['active', 'retired']);
    });

    it('of an announced or a retiring key leaves the active one as it is', async () => {
      const replica = await start();
      const first = replica.keys.current.kid;
      const { key: second } = await replica.lifecycle.rotate('operator');
      clock.advance({ seconds: ANNOUNCEMENT });
      const { key: third } = await replica.lifecycle.rotate('operator');

      await replica.lifecycle.withdraw(first, 'operator');
      await replica.lifecycle.withdraw(third.kid, 'operator');
      await replica.keys.reload();

      expect(replica.keys.published.map(({ kid }) => kid)).toEqual([second.kid]);
      expect(replica.keys.current.kid).toBe(second.kid);
    });

    it('may be repeated, and changes nothing then', async () => {
      const { keys, lifecycle } = await start();
      const leaked = keys.current.kid;
      const once = await lifecycle.withdraw(leaked, 'operator');
      clock.advance({ seconds: 5 });

      const twice = await lifecycle.withdraw(leaked, 'operator');

      expect(twice).toEqual(once);
      expect(await rows()).toHaveLength(2);
    });

    it('by two operators at once makes one new key', async () => {
      const [a, b] = [await start(), await start()];
      const leaked = a.keys.current.kid;

      await Promise.all([a.lifecycle.withdraw(leaked, 'x'), b.lifecycle.withdraw(leaked, 'y')]);

      expect(await rows()).toHaveLength(2);
    });

    it.each(['nobody', 'a\u0000b', ''])('of a key that is not there (%j) is a 404', async (kid) => {
      const { lifecycle } = await start();

      await expect(lifecycle.withdraw(kid, 'operator')).rejects.toMatchObject({
        status: 404,
        members: { code: 'signing_key_not_found' },
      });
    });
  });

  describe('another key-encryption key', () => {
    const newKek = randomBytes(32);

    it('seals the stored keys anew, so that the previous one is not needed any more', async () => {
      const before = await start();

      await start({ kek: newKek, previousKek: kek });

      const after = await start({ kek: newKek });
      expect(after.keys.current.kid).toBe(before.keys.current.kid);
      expect(events().filter((event) => event === 'signing_key.reencrypted')).toHaveLength(1);
      await expect(start()).rejects.toThrow('AUTH_KEY_ENCRYPTION_KEY is not the one');
    });

    it('opens what was sealed before key-encryption keys had names', async () => {
      const before = await start();
      await before.dataSource.query('UPDATE signing_key SET kek_id = NULL');

      const after = await start({ kek: newKek, previousKek: kek });

      expect(after.keys.current.kid).toBe(before.keys.current.kid);
      expect((await rows()).every(({ kek_id }) => kek_id !== null)).toBe(true);
    });

    it('does not disturb a replica that does not have it yet', async () => {
      const outdated = await start();
      const { kid } = outdated.keys.current;
      await start({ kek: newKek, previousKek: kek });

      await outdated.keys.reload();

      expect(outdated.keys.current.kid).toBe(kid);
      expect(outdated.keys.unreadable).toBe(0);
    });

    it('leaves a replica without it the old key, until that could leave the published ones', async () => {
      const outdated = await start();
      const updated = await start({ kek: newKek, previousKek: kek });
      const old = outdated.keys.current.kid;
      const { key: next } = await updated.lifecycle.rotate('operator');

      await check(outdated);
      await check(outdated);
      expect(outdated.keys.published.map(({ kid }) => kid)).toEqual([old]);
      expect(outdated.keys.unreadable).toBe(1);
      expect(log().filter(({ event }) => event === 'signing_key.open_failed')).toMatchObject([
        { kid: next.kid, level: 'error' },
      ]);

      clock.advance({ seconds: ANNOUNCEMENT + MINUTE - 1 });
      await check(outdated);
      expect(outdated.keys.current.kid).toBe(old);
      clock.advance({ seconds: 1 });
      await check(outdated);
      expect(() => outdated.keys.current).toThrow(OUT_OF_DATE);
    });

    it('named wrongly is found out at the start, before another key is made', async () => {
      await start();

      await expect(start({ kek: randomBytes(32) })).rejects.toThrow(
        'AUTH_KEY_ENCRYPTION_KEY is not the one the signing keys are encrypted by',
      );
      expect(await rows()).toHaveLength(1);
    });

    it('does not open a sealed key that was moved under another kid', async () => {
      const { dataSource } = await start();
      await dataSource.query(`UPDATE signing_key SET kid = 'another'`);

      await expect(start()).rejects.toThrow('AUTH_KEY_ENCRYPTION_KEY');
    });
  });

  describe('the sweep of retired keys', () => {
    it('deletes those that retired some time ago, in batches, and no others', async () => {
      const { keys, lifecycle } = await start();
      for (let withdrawals = 0; withdrawals < 3; withdrawals += 1) {
        await lifecycle.withdraw(keys.current.kid, 'operator');
        await keys.reload();
        clock.advance({ seconds: DAY });
        await keys.reload();
      }
      const twoDays = 2 * DAY * 1_000 - 1;

      expect(await lifecycle.deleteRetired(twoDays, 1)).toBe(1);
      expect(await lifecycle.deleteRetired(twoDays, 10)).toBe(1);
      expect(await lifecycle.deleteRetired(twoDays, 10)).toBe(0);

      await keys.reload();
      expect(states(keys)).toEqual(['active', 'retired']);
      expect(await lifecycle.deleteRetired(0, 10)).toBe(1);
      expect(await rows()).toHaveLength(1);
    });
  });

  it('goes on with the keys of a database of the version before', async () => {
    const url = (await resetTo([CreateRegistry1764000000000])).url;
    const old = await generateSigningKey('ES256');
    const before = await connect();
    await before.query(
      `INSERT INTO signing_key (kid, alg, sealed_private_key, created_at)
       VALUES ($1, 'ES256', $2, $3)`,
      [old.kid, sealPrivateKey(old, kek), new Date(clock.now() - 20 * DAY * 1_000)],
    );
    await before.destroy();
    await runMigrations({ ...authDatabase, url });

    const { keys } = await start();

    expect(keys.current.kid).toBe(old.kid);
    expect(states(keys)).toEqual(['active']);
    expect((await rows())[0]?.kek_id).toMatch(/^[0-9a-f]{16}$/);
  });

  async function start(options: ReplicaOptions = {}): Promise<Replica> {
    const { algorithm = 'ES256', previousKek, aheadSeconds = 0 } = options;
    const now = () => clock.now() + aheadSeconds * 1_000;
    const dataSource = await connect();
    const store = new SigningKeyStore(dataSource, async () => clock.now());
    const settings = new SigningKeySettings(algorithm, 30 * DAY, ANNOUNCEMENT);
    const keks = new KeyEncryptionKeys(options.kek ?? kek, previousKek);
    const logger = createEventLogger('auth', 'info', { write: (line) => void lines.push(line) });
    const keys = new SigningKeys(store, keks, settings, logger, now);
    const audit = new AuditTrail(dataSource, logger, new Metrics('auth'), now);
    const recorded = new SigningKeyEvents(audit);
    const lifecycle = new SigningKeyLifecycle(store, keks, settings, recorded, now);
    const replica = { dataSource, keys, lifecycle };
    replicas.push(replica);
    await lifecycle.begin();
    await keys.reload();
    return replica;
  }

  async function check({ keys, lifecycle }: Replica): Promise<void> {
    await keys.reload();
    await lifecycle.rotateIfDue(keys.schedule);
    await lifecycle.wipeRetired(keys.schedule);
    await keys.reload();
  }

  async function connect(): Promise<DataSource> {
    return new DataSource(dataSourceOptions({ ...authDatabase, url: database.url })).initialize();
  }

  async function resetTo(migrations: typeof authDatabase.migrations): Promise<TestDatabase> {
    await database.drop();
    database = await createTestDatabase(inject('postgresUrl'));
    await runMigrations({ ...authDatabase, migrations, url: database.url });
    return database;
  }

  interface Row {
    readonly kid: string;
    readonly sealed_private_key: Buffer | null;
    readonly kek_id: string | null;
  }

  async function rows(): Promise<Row[]> {
    const dataSource = await connect();
    const found = await dataSource.query<Row[]>('SELECT * FROM signing_key ORDER BY activates_at');
    await dataSource.destroy();
    return found;
  }

  function states(keys: SigningKeys): string[] {
    return keys.schedule.keys.map((key) => stateOf(key, clock.now()));
  }

  function log(): Record<string, unknown>[] {
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  function events(): unknown[] {
    return log().map(({ event }) => event);
  }
});
