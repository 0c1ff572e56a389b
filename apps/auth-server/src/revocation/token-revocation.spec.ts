import {
  createEventLogger,
  dataSourceOptions,
  Metrics,
  runMigrations,
} from '@m2m/service-defaults';
import { AccessTokenIssuer, generateSigningKey, type SigningKey } from '@m2m/token-issuance';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { AuditTrail } from '../audit/audit-trail.js';
import type { RegisteredClient } from '../clients/registered-client.js';
import { authDatabase } from '../database/auth-database.js';
import { IssuedTokenVerifier } from '../token-verification/issued-token.verifier.js';
import { TokenRevocation } from './token-revocation.js';
import { TokenRevocations } from './token-revocations.js';

const ISSUER = 'https://auth.example';
const worker = { clientId: 'worker' } as RegisteredClient;

describe('TokenRevocation', () => {
  const lines: string[] = [];
  let database: TestDatabase;
  let dataSource: DataSource;
  let key: SigningKey;
  let aheadMs: number;
  let revocation: TokenRevocation;

  const issue = (clientId: string) =>
    new AccessTokenIssuer(ISSUER).issue(
      { clientId, resource: 'https://orders.example', scopes: ['orders:read'], lifetime: 60 },
      key,
    );

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    key = await generateSigningKey('ES256');
    const logger = createEventLogger('auth', 'info', { write: (line) => void lines.push(line) });
    revocation = new TokenRevocation(
      new IssuedTokenVerifier(ISSUER, { published: [key] }, () => Date.now() + aheadMs),
      new TokenRevocations(dataSource),
      dataSource,
      new AuditTrail(dataSource, logger, new Metrics('auth-server')),
    );
  });

  beforeEach(async () => {
    aheadMs = 0;
    lines.length = 0;
    await dataSource.query('TRUNCATE revoked_token, audit_event');
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('V01 keeps of a revoked token its identifier and its end, and says who did it', async () => {
    const { accessToken, claims } = issue('worker');

    await expect(revocation.revoke(worker, accessToken)).resolves.toBe(true);

    expect(await rows()).toEqual([{ jti: claims.jti, client_id: 'worker', exp: claims.exp }]);
    expect(events()).toMatchObject([
      { event: 'token.revoked', actor: 'worker', subject: 'worker', jti: claims.jti },
    ]);
    const audited = await dataSource.query<object[]>('SELECT event, actor FROM audit_event');
    expect(audited).toEqual([{ event: 'token.revoked', actor: 'worker' }]);
    expect(lines.join('')).not.toContain(accessToken.split('.')[2]);
  });

  it('V02 does nothing about a token that is revoked already', async () => {
    const { accessToken } = issue('worker');
    const attempts = Array.from({ length: 5 }, () => revocation.revoke(worker, accessToken));

    const revoked = (await Promise.all(attempts)).filter(Boolean);

    expect(revoked).toHaveLength(1);
    expect(await rows()).toHaveLength(1);
    expect(events()).toHaveLength(1);
  });

  it('V02 does nothing about what is no token, or none any more, or of somebody else', async () => {
    const { accessToken } = issue('worker');
    const foreign = new AccessTokenIssuer('https://other.example').issue(
      { clientId: 'worker', resource: 'x', scopes: [], lifetime: 60 },
      key,
    );

    await expect(revocation.revoke(worker, 'anything')).resolves.toBe(false);
    await expect(revocation.revoke(worker, foreign.accessToken)).resolves.toBe(false);
    aheadMs = 60_000;
    await expect(revocation.revoke(worker, accessToken)).resolves.toBe(false);
    expect(await rows()).toEqual([]);
  });

  it('RFC 7009 2.1: refuses to revoke a token of another client', async () => {
    const { accessToken } = issue('other');

    await expect(revocation.revoke(worker, accessToken)).rejects.toMatchObject({
      code: 'invalid_request',
      status: 400,
    });
    expect(await rows()).toEqual([]);
    expect(events()).toEqual([]);
  });

  const rows = () =>
    dataSource.query<object[]>(
      'SELECT jti, client_id, extract(epoch FROM expires_at)::integer AS exp FROM revoked_token',
    );

  const events = () => lines.map((line) => JSON.parse(line) as object);
});
