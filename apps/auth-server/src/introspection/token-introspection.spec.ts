import { dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import {
  AccessTokenIssuer,
  generateSigningKey,
  type IssuedAccessToken,
  type SigningKey,
} from '@m2m/token-issuance';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { AbstractLogger, DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { RegisteredClient } from '../clients/registered-client.js';
import { authDatabase } from '../database/auth-database.js';
import { TokenRevocations } from '../revocation/token-revocations.js';
import { IssuedTokenVerifier } from '../token-verification/issued-token.verifier.js';
import { TokenIntrospection } from './token-introspection.js';

const ISSUER = 'https://auth.example';
const ORDERS = 'https://orders.example';

/** Notes the statements that are sent to the database. */
class StatementLog extends AbstractLogger {
  readonly statements: string[] = [];

  override logQuery(statement: string): void {
    this.statements.push(statement);
  }

  protected override writeLog(): void {}
}

describe('TokenIntrospection', () => {
  const log = new StatementLog();
  let database: TestDatabase;
  let dataSource: DataSource;
  let key: SigningKey;
  let issued: IssuedAccessToken;
  let aheadMs: number;
  let introspection: TokenIntrospection;

  const caller = (clientId: string, resourceServers: string[] = []) =>
    ({ clientId, resourceServers }) as unknown as RegisteredClient;
  const orders = caller('orders', [ORDERS, 'https://other.example']);

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    const options = { ...dataSourceOptions(definition), logger: log };
    dataSource = await new DataSource(options).initialize();
    key = await generateSigningKey('ES256');
    const now = () => Date.now() + aheadMs;
    introspection = new TokenIntrospection(
      new IssuedTokenVerifier(ISSUER, { published: [key] }, now),
      new TokenRevocations(dataSource),
    );
  });

  beforeEach(async () => {
    aheadMs = 0;
    await dataSource.query('TRUNCATE client, revoked_token CASCADE');
    await dataSource.query(`
      INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types)
      VALUES ('worker', '', 'client_secret_basic', '{client_credentials}')`);
    issued = new AccessTokenIssuer(ISSUER).issue(
      { clientId: 'worker', resource: ORDERS, scopes: ['orders:read'], lifetime: 60 },
      key,
    );
    log.statements.length = 0;
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('I02 tells the resource server of a live token all that it holds', async () => {
    await expect(introspection.introspect(orders, issued.accessToken)).resolves.toEqual({
      active: true,
      token_type: 'Bearer',
      ...issued.claims,
    });
  });

  it('I02 costs one statement', async () => {
    await introspection.introspect(orders, issued.accessToken);

    expect(log.statements).toHaveLength(1);
  });

  it('tells a client of its own token', async () => {
    const response = await introspection.introspect(caller('worker'), issued.accessToken);

    expect(response.active).toBe(true);
  });

  it.each([
    ['a client that is neither', caller('somebody')],
    ['a client of another resource server', caller('somebody', ['https://other.example'])],
    ['one whose name is the resource', caller(ORDERS)],
  ])('I03 tells %s nothing, and asks nobody for it', async (_kind, stranger) => {
    await expect(introspection.introspect(stranger, issued.accessToken)).resolves.toEqual({
      active: false,
    });
    expect(log.statements).toEqual([]);
  });

  it('I03 says the same of what is no token, and of one past its end', async () => {
    await expect(introspection.introspect(orders, 'anything')).resolves.toEqual({ active: false });
    aheadMs = 60_000;
    await expect(introspection.introspect(orders, issued.accessToken)).resolves.toEqual({
      active: false,
    });
  });

  it.each([
    ['the token is revoked', `INSERT INTO revoked_token VALUES ($1, 'worker', now())`],
    [
      'all of its tokens are',
      `UPDATE client SET tokens_valid_from = date_trunc('second', now()) + interval '2 s'
       WHERE $1 <> ''`,
    ],
    ['it is disabled', `UPDATE client SET disabled = true WHERE $1 <> ''`],
    ['it is deleted', `DELETE FROM client WHERE $1 <> ''`],
  ])('I03 tells a client nothing either once %s', async (_kind, statement) => {
    await dataSource.query(statement, [issued.claims.jti]);

    for (const each of [orders, caller('worker')]) {
      await expect(introspection.introspect(each, issued.accessToken)).resolves.toEqual({
        active: false,
      });
    }
  });
});
