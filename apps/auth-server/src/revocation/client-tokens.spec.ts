import { dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { AccessTokenIssuer, generateSigningKey } from '@m2m/token-issuance';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { authDatabase } from '../database/auth-database.js';
import { ClientTokens } from './client-tokens.js';
import { TokenRevocations } from './token-revocations.js';

describe('ClientTokens', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
  });

  beforeEach(async () => {
    await dataSource.query('TRUNCATE client, client_revocation CASCADE');
    await dataSource.query(
      `INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types, created_at)
       VALUES ('worker', '', 'client_secret_basic', '{}', now() - interval '1 day'),
         ('other', '', 'client_secret_basic', '{}', now() - interval '1 day')`,
    );
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const revokeAll = (clientId = 'worker', now: () => number = Date.now) =>
    dataSource.transaction((manager) => new ClientTokens(now).revokeAll(manager, clientId));

  it('draws the line at a whole second, one to two seconds from now', async () => {
    const before = Date.now();

    const line = (await revokeAll()).getTime();

    expect(line % 1_000).toBe(0);
    expect(line).toBeGreaterThan(before + 1_000);
    expect(line).toBeLessThanOrEqual(Date.now() + 2_000);
  });

  it('revokes what has been issued until now, and nothing of what is issued from now on', async () => {
    const revocations = new TokenRevocations(dataSource);
    const issuer = new AccessTokenIssuer('https://auth.example');
    const key = await generateSigningKey('ES256');
    const issue = (issuedNotBefore: number) => {
      const { claims } = issuer.issue(
        { clientId: 'worker', resource: 'x', scopes: [], lifetime: 60, issuedNotBefore },
        key,
      );
      return { tokenId: claims.jti, clientId: 'worker', issuedAt: claims.iat };
    };
    const before = issue(0);

    const line = await revokeAll();
    const after = issue(line.getTime() / 1_000);

    expect(await revocations.isRevoked(before)).toBe(true);
    expect(await revocations.isRevoked(after)).toBe(false);
    expect(await revocations.isRevoked({ ...before, clientId: 'other' })).toBe(false);
  });

  it('goes by the later of the two clocks', async () => {
    const ahead = Date.now() + 60_000;

    expect((await revokeAll('worker', () => ahead)).getTime()).toBeGreaterThan(ahead);
    expect((await revokeAll('other', () => 0)).getTime()).toBeGreaterThan(Date.now());
  });

  it('revokes what was issued since the last time, even in the same second', async () => {
    const revocations = new TokenRevocations(dataSource);
    const first = await revokeAll();
    const between = { tokenId: 'a', clientId: 'worker', issuedAt: first.getTime() / 1_000 };
    expect(await revocations.isRevoked(between)).toBe(false);

    const second = await revokeAll();

    expect(await revocations.isRevoked(between)).toBe(true);
    expect(second.getTime() - first.getTime()).toBeGreaterThanOrEqual(1_000);
  });

  it('draws no line so far ahead that new tokens would be taken for being of the future', async () => {
    const lines: number[] = [];
    const revokeTenTimes = async () => {
      for (let times = 0; times < 10; times += 1) lines.push((await revokeAll()).getTime());
    };

    await expect(revokeTenTimes()).rejects.toMatchObject({
      status: 409,
      members: { code: 'tokens_just_revoked' },
    });

    expect(lines.length).toBeGreaterThan(2);
    expect(Math.max(...lines)).toBeLessThanOrEqual(Date.now() + 5_000);
    const [row] = await dataSource.query<{ tokens_valid_from: Date }[]>(
      `SELECT tokens_valid_from FROM client WHERE client_id = 'worker'`,
    );
    expect(row?.tokens_valid_from.getTime()).toBe(lines.at(-1));
  });

  it('fails for a client that is not there', async () => {
    await expect(revokeAll('nobody')).rejects.toThrow('no such client');
  });
});
