import { dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { authDatabase } from '../database/auth-database.js';
import { TokenRevocations } from './token-revocations.js';

const seconds = () => Math.floor(Date.now() / 1_000);

describe('TokenRevocations', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let revocations: TokenRevocations;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    revocations = new TokenRevocations(dataSource);
  });

  beforeEach(async () => {
    await dataSource.query('TRUNCATE client, client_revocation, revoked_token CASCADE');
    await insertClient('worker');
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const isRevoked = (token: { tokenId?: string; clientId?: string; issuedAt?: number } = {}) =>
    revocations.isRevoked({ tokenId: 'a', clientId: 'worker', issuedAt: seconds(), ...token });

  const revoke = (tokenId: string, expiresAt = seconds() + 300, clientId = 'worker') =>
    revocations.revoke(dataSource.manager, { tokenId, clientId, audience: 'x', expiresAt });

  it('V01 knows a token that was revoked, and no other', async () => {
    expect(await isRevoked()).toBe(false);

    await revoke('a');

    expect(await isRevoked()).toBe(true);
    expect(await isRevoked({ tokenId: 'b' })).toBe(false);
  });

  it('V02 says whether a token was good until now', async () => {
    expect(await revoke('a')).toBe(true);
    expect(await revoke('a')).toBe(false);
    expect(await isRevoked()).toBe(true);
  });

  it('counts the tokens of a disabled client, and of one that is not there, as revoked', async () => {
    await dataSource.query('UPDATE client SET disabled = true');

    expect(await isRevoked()).toBe(true);
    expect(await isRevoked({ clientId: 'nobody' })).toBe(true);
  });

  it('counts the tokens from before the line as revoked, and those on it as good', async () => {
    const line = seconds() + 2;
    await dataSource.query('UPDATE client SET tokens_valid_from = to_timestamp($1)', [line]);

    expect(await isRevoked({ issuedAt: line - 1 })).toBe(true);
    expect(await isRevoked({ issuedAt: line })).toBe(false);
  });

  it('gives a client that is registered again nothing of the tokens of the former', async () => {
    const now = seconds();
    expect(await isRevoked({ issuedAt: now })).toBe(false);
    await revoke('revoked');

    await dataSource.query('DELETE FROM client');
    await insertClient('worker');

    expect(await isRevoked({ issuedAt: now })).toBe(true);
    // Issued by a replica that had not heard yet, or whose clock is a little ahead.
    expect(await isRevoked({ issuedAt: now + 1 })).toBe(true);
    expect(await isRevoked({ tokenId: 'revoked', issuedAt: now + 60 })).toBe(true);
    expect(await isRevoked({ issuedAt: now + 3 })).toBe(false);
  });

  it('gives it nothing of them either if it is registered while the former is being deleted', async () => {
    const now = seconds();
    let registering: Promise<void> | undefined;

    await dataSource.transaction(async (deletion) => {
      await deletion.query('DELETE FROM client');
      registering = insertClient('worker');
      await expect.poll(countOfWaiting).toBe(1);
    });
    await registering;

    expect(await isRevoked({ issuedAt: now + 1 })).toBe(true);
  });

  it('gives it nothing either of the tokens that were dated ahead', async () => {
    const line = seconds() + 4;
    await dataSource.query('UPDATE client SET tokens_valid_from = to_timestamp($1)', [line]);
    expect(await isRevoked({ issuedAt: line })).toBe(false);

    await dataSource.query('DELETE FROM client');
    await insertClient('worker');

    expect(await isRevoked({ issuedAt: line })).toBe(true);
    expect(await isRevoked({ issuedAt: line + 1 })).toBe(false);
  });

  it('draws no line for a client whose name nobody has had', async () => {
    await insertClient('new');

    expect(await isRevoked({ clientId: 'new', issuedAt: seconds() - 60 })).toBe(false);
  });

  it('O05 deletes what is past its end by any clock, as many as it is asked to', async () => {
    for (const tokenId of ['a', 'b', 'c']) await revoke(tokenId, seconds() - 301);
    await revoke('not by any clock', seconds() - 290);
    await revoke('live');

    expect(await revocations.deleteExpired(2)).toBe(2);
    expect(await revocations.deleteExpired(2)).toBe(1);
    expect(await revocations.deleteExpired(2)).toBe(0);

    const left = await dataSource.query<{ jti: string }[]>('SELECT jti FROM revoked_token');
    expect(left.map(({ jti }) => jti).sort()).toEqual(['live', 'not by any clock']);
  });

  async function countOfWaiting(): Promise<number> {
    const waiting = await dataSource.query<object[]>(
      `SELECT FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return waiting.length;
  }

  async function insertClient(clientId: string): Promise<void> {
    await dataSource.query(
      `INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types)
       VALUES ($1, '', 'client_secret_basic', '{client_credentials}')`,
      [clientId],
    );
  }
});
