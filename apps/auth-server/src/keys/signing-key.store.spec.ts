import { randomBytes } from 'node:crypto';
import { dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { generateSigningKey, sealPrivateKey } from '@m2m/token-issuance';
import { DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { authDatabase } from '../database/auth-database.js';
import { SigningKeyStore } from './signing-key.store.js';

const keyEncryptionKey = randomBytes(32);

describe('SigningKeyStore', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let store: SigningKeyStore;

  beforeEach(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    await runMigrations({ ...authDatabase, url: database.url });
    dataSource = await connect();
    store = new SigningKeyStore(dataSource, keyEncryptionKey);
  });

  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('makes a key once, and returns that one from then on', async () => {
    const [made] = await store.loadOrCreate(generateSigningKey);
    const create = vi.fn(generateSigningKey);

    const [loaded, ...others] = await store.loadOrCreate(create);

    expect(create).not.toHaveBeenCalled();
    expect(others).toEqual([]);
    expect(loaded?.createdAt).toEqual(made?.createdAt);
    expect(Date.now() - (made?.createdAt.getTime() ?? NaN)).toBeLessThan(60_000);
    expect(loaded?.publicJwk).toEqual(made?.publicJwk);
    expect(loaded?.privateKey.equals(made?.privateKey ?? expect.fail())).toBe(true);
  });

  it('gives several replicas that start at once the same one key (K07)', async () => {
    const replicas = await Promise.all(Array.from({ length: 4 }, connect));
    const create = vi.fn(generateSigningKey);

    const loaded = await Promise.all(
      replicas.map((replica) =>
        new SigningKeyStore(replica, keyEncryptionKey).loadOrCreate(create),
      ),
    );
    await Promise.all(replicas.map((replica) => replica.destroy()));

    const kids = loaded.flatMap((keys) => keys.map(({ kid }) => kid));
    expect(kids).toHaveLength(4);
    expect(new Set(kids)).toHaveLength(1);
    expect(create).toHaveBeenCalledOnce();
  });

  it('returns the newest key first', async () => {
    const [newer] = await store.loadOrCreate(generateSigningKey);
    const older = await generateSigningKey();
    await dataSource.query(
      `INSERT INTO signing_key (kid, alg, sealed_private_key, created_at)
       VALUES ($1, 'ES256', $2, now() - interval '1 day')`,
      [older.kid, sealPrivateKey(older, keyEncryptionKey)],
    );

    const keys = await store.loadOrCreate(generateSigningKey);

    expect(keys.map(({ kid }) => kid)).toEqual([newer?.kid, older.kid]);
  });

  it('stores no private key that could be read', async () => {
    const [key] = await store.loadOrCreate(generateSigningKey);

    const [row] = await dataSource.query<[{ sealed_private_key: Buffer }]>(
      'SELECT sealed_private_key FROM signing_key',
    );

    const d = Buffer.from(key?.privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
    expect(d).toHaveLength(32);
    expect(row.sealed_private_key.includes(d)).toBe(false);
    expect(row.sealed_private_key.includes(d.subarray(0, 8))).toBe(false);
  });

  it('names the variable at fault when the key-encryption key is another one', async () => {
    await store.loadOrCreate(generateSigningKey);
    const create = vi.fn(generateSigningKey);

    const other = new SigningKeyStore(dataSource, randomBytes(32));

    await expect(other.loadOrCreate(create)).rejects.toThrow(
      'AUTH_KEY_ENCRYPTION_KEY is not the one the signing keys are encrypted by',
    );
    expect(create).not.toHaveBeenCalled();
    await expect(store.loadOrCreate(create)).resolves.toHaveLength(1);
  });

  it('refuses a sealed key that was moved under another kid', async () => {
    await store.loadOrCreate(generateSigningKey);
    await dataSource.query(`UPDATE signing_key SET kid = 'another'`);

    await expect(store.loadOrCreate(generateSigningKey)).rejects.toThrow();
  });

  it('leaves nothing behind when making a key fails, and makes one the next time', async () => {
    const broken = () => Promise.reject(new Error('no entropy'));
    await expect(store.loadOrCreate(broken)).rejects.toThrow('no entropy');

    await expect(store.loadOrCreate(generateSigningKey)).resolves.toHaveLength(1);
  });

  async function connect(): Promise<DataSource> {
    return new DataSource(dataSourceOptions({ ...authDatabase, url: database.url })).initialize();
  }
});
