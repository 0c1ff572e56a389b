import type { IncomingMessage } from 'node:http';
import {
  createEventLogger,
  DatabaseUnavailableError,
  dataSourceOptions,
  Metrics,
  runMigrations,
} from '@m2m/service-defaults';
import { createTestDatabase, TestSigningKey, type TestDatabase } from '@m2m/testing';
import { randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { AuditTrail } from '../audit/audit-trail.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { ClientKeys } from '../client-keys/client-keys.js';
import { KeySetFetcher } from '../client-keys/key-set.fetcher.js';
import { PublishedKeys } from '../client-keys/published-keys.js';
import { digestClientSecret } from '../clients/client-secret.js';
import { SecretUsage } from '../clients/secret-usage.js';
import { TypeOrmClientRegistry } from '../clients/typeorm-client.registry.js';
import { authDatabase } from '../database/auth-database.js';
import { FormParameters } from '../oauth/form-parameters.js';
import { OAuthError } from '../oauth/oauth-error.js';
import { attemptKey } from '../throttling/attempt-key.js';
import { ClientThrottle } from '../throttling/client.throttle.js';
import { AssertionVerifier } from './assertion.verifier.js';
import { CLIENT_ASSERTION_TYPE } from './client-assertion.js';
import { ClientAuthenticator } from './client.authenticator.js';
import { UsedAssertions } from './used-assertions.js';

const ISSUER = 'https://issuer.example';
const NEVER = 1_000;
/** As `.env.example` has it. */
const LIMIT = 20;

describe('ClientAuthenticator', () => {
  const lines: string[] = [];
  const metrics = new Metrics('auth-server');
  let database: TestDatabase;
  let dataSource: DataSource;
  let feed: ChangeFeed;
  let registry: TypeOrmClientRegistry;
  let authenticator: ClientAuthenticator;
  let throttled: ClientAuthenticator;
  let key: TestSigningKey;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    const logger = createEventLogger('auth', 'info', { write: (line) => void lines.push(line) });
    feed = new ChangeFeed(database.url, logger);
    registry = new TypeOrmClientRegistry(dataSource, feed);
    const audit = new AuditTrail(dataSource, logger, metrics);
    const fetcher = new KeySetFetcher({ privateAddresses: false });
    const published = new PublishedKeys(fetcher, logger, metrics);
    const authenticatorWith = (limit: number, itsMetrics: Metrics) =>
      new ClientAuthenticator(
        registry,
        new SecretUsage(dataSource, logger),
        new AssertionVerifier(ISSUER, new ClientKeys(published)),
        new UsedAssertions(dataSource),
        new ClientThrottle(limit, dataSource, feed, audit, logger, itsMetrics),
        audit,
        itsMetrics,
      );
    authenticator = authenticatorWith(NEVER, metrics);
    throttled = authenticatorWith(LIMIT, new Metrics('auth-server'));
    feed.onModuleInit();
    await insertClient('by-header', 'client_secret_basic', false);
    await insertClient('by-body', 'client_secret_post', false);
    await insertClient('disabled', 'client_secret_basic', true);
    key = await TestSigningKey.generate('first');
    await insertClientWithKey('by-key', key);
    await vi.waitUntil(() => feed.isCurrent, { timeout: 10_000 });
  });

  beforeEach(() => {
    lines.length = 0;
  });

  afterAll(async () => {
    await feed.onApplicationShutdown();
    await dataSource.destroy();
    await database.drop();
  });

  it('knows a client by its secret, sent the way it is registered for (A01)', async () => {
    await expect(byHeader('by-header', 'secret of by-header')).resolves.toMatchObject({
      clientId: 'by-header',
    });
    await expect(byBody('by-body', 'secret of by-body')).resolves.toMatchObject({
      clientId: 'by-body',
    });
  });

  it('tells nobody why it refused, but the log (A03, A05, A09, O04)', async () => {
    const refusals = [
      await refusalOf(byHeader('nobody', 'secret of by-header')),
      await refusalOf(byHeader('by-header', 'hunter2')),
      await refusalOf(byHeader('by-header', 'secret of by-body')),
      await refusalOf(byHeader('by-header', '')),
      await refusalOf(byHeader('disabled', 'secret of disabled')),
      await refusalOf(byHeader('by-body', 'secret of by-body')),
      await refusalOf(byBody('by-header', 'secret of by-header')),
    ];

    expect(refusals[0]).toMatchObject({ status: 401, code: 'invalid_client' });
    for (const refusal of refusals) expect(refusal).toEqual(refusals[0]);
    expect(reasons()).toEqual([
      'unknown_client',
      'wrong_secret',
      'wrong_secret',
      'wrong_secret',
      'disabled_client',
      'wrong_method',
      'wrong_method',
    ]);
    expect(lines.join('')).not.toMatch(/hunter2|secret of/);
  });

  it('counts failures by a reason, of which there are eight', async () => {
    const before = await failures();
    for (const clientId of ['nobody', 'someone', 'anyone'])
      await refusalOf(byHeader(clientId, 'x'));
    await refusalOf(byHeader('by-header', 'wrong'));
    await refusalOf(authenticate(['Basic'], form({})));

    const after = await failures();
    expect(after).toEqual({
      ...before,
      unknown_client: (before['unknown_client'] ?? NaN) + 3,
      wrong_secret: (before['wrong_secret'] ?? NaN) + 1,
      no_credentials: (before['no_credentials'] ?? NaN) + 1,
    });
    expect(Object.keys(after)).toHaveLength(8);
  });

  it('logs no more than the start of an endless client_id', async () => {
    await refusalOf(byHeader('x'.repeat(10_000), 'any'));

    expect(lines.join('').length).toBeLessThan(1_000);
  });

  it('knows a client by its assertion, which goes once (P01, P10)', async () => {
    const assertion = await assertionOf('by-key', key);

    await expect(byAssertion(assertion)).resolves.toMatchObject({ clientId: 'by-key' });
    await expect(refusalOf(byAssertion(assertion))).resolves.toMatchObject({
      status: 401,
      code: 'invalid_client',
    });
    expect(reasons()).toEqual(['replayed_assertion']);
  });

  it('lets one of many attempts with the same assertion succeed (P10)', async () => {
    const assertion = await assertionOf('by-key', key);
    const attempts = Array.from({ length: 10 }, () => byAssertion(assertion));

    const outcomes = await Promise.allSettled(attempts);

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(reasons()).toEqual(Array(9).fill('replayed_assertion'));
  });

  it('answers a wrong assertion like a wrong secret, and the log says what is wrong (A05)', async () => {
    const stranger = await TestSigningKey.generate('first');
    const refusals = [
      await refusalOf(byHeader('nobody', 'any')),
      await refusalOf(byAssertion(await assertionOf('nobody', key))),
      await refusalOf(byAssertion(await assertionOf('by-key', stranger))),
      await refusalOf(byAssertion(await assertionOf('by-key', key, { aud: 'https://x.example' }))),
      await refusalOf(byAssertion('e30.e30.e30')),
      await refusalOf(byAssertion(await assertionOf('\0', key))),
    ];

    for (const refusal of refusals) expect(refusal).toEqual(refusals[0]);
    expect(logged().map(({ reason, fault }) => [reason, fault])).toEqual([
      ['unknown_client', undefined],
      ['unknown_client', undefined],
      ['wrong_assertion', 'bad_signature'],
      ['wrong_assertion', 'wrong_audience'],
      ['no_credentials', undefined],
      ['no_credentials', undefined],
    ]);
  });

  it('lets nobody use up the assertion of a client without its key', async () => {
    const stranger = await TestSigningKey.generate('first');
    const jti = randomUUID();

    await refusalOf(byAssertion(await assertionOf('by-key', stranger, { jti })));

    await expect(byAssertion(await assertionOf('by-key', key, { jti }))).resolves.toBeDefined();
  });

  it('takes from a client the method it is registered for and no other (A09)', async () => {
    await changeClient(`token_endpoint_auth_method = 'client_secret_basic', jwks = NULL`);
    await refusalOf(byAssertion(await assertionOf('by-key', key)));
    await changeClient(`token_endpoint_auth_method = 'private_key_jwt', jwks = $1`, [
      { keys: [key.publicJwk] },
    ]);
    await insertSecret('by-key');
    await refusalOf(byHeader('by-key', 'secret of by-key'));
    await refusalOf(byBody('by-key', 'secret of by-key'));

    expect(reasons()).toEqual(['wrong_method', 'wrong_method', 'wrong_method']);
  });

  it('knows a key as soon as it is registered, before it has heard of it', async () => {
    const next = await TestSigningKey.generate('next');
    await byAssertion(await assertionOf('by-key', key));
    await dataSource.transaction(async (manager) => {
      // Without the trigger that would tell of it.
      await manager.query('SET LOCAL session_replication_role = replica');
      await manager.query(`UPDATE client SET jwks = $1 WHERE client_id = 'by-key'`, [
        { keys: [next.publicJwk] },
      ]);
    });

    await expect(byAssertion(await assertionOf('by-key', next))).resolves.toBeDefined();

    await refusalOf(byAssertion(await assertionOf('by-key', key)));
    expect(reasons()).toEqual(['wrong_assertion']);
    await changeClient('jwks = $1', [{ keys: [key.publicJwk] }]);
  });

  it.each([
    ['disabled', 'disabled_client', 'disabled = true'],
    ['given other keys', 'wrong_assertion', `jwks = '{"keys":[]}'`],
    ['told to publish its keys', 'wrong_assertion', `jwks = NULL, jwks_uri = 'https://x.example'`],
    [
      'given a secret',
      'wrong_method',
      `token_endpoint_auth_method = 'client_secret_basic', jwks = NULL`,
    ],
  ])(
    'refuses a client that is %s while its assertion is looked at',
    async (_how, reason, change) => {
      const refusal = await outcomeWithMeanwhile(() => changeClient(change));
      await restoreClientWithKey();

      expect(refusal).toMatchObject({ status: 401, code: 'invalid_client' });
      expect(reasons()).toEqual([reason]);
      await expect(byAssertion(await assertionOf('by-key', key))).resolves.toBeDefined();
    },
  );

  it('goes by what a client may now, not by what it might when it began to ask', async () => {
    const client = await outcomeWithMeanwhile(() =>
      changeClient(`tokens_valid_from = '2026-01-01T00:00:00Z'`),
    );

    expect(client).toMatchObject({
      clientId: 'by-key',
      tokensValidFrom: Date.parse('2026-01-01T00:00:00Z') / 1_000,
    });
  });

  it('asks the database nothing for a secret, and for an assertion whether it is new', async () => {
    await byHeader('by-header', 'secret of by-header');
    await byAssertion(await assertionOf('by-key', key));
    const assertion = await assertionOf('by-key', key);
    const query = vi.spyOn(dataSource, 'query');

    await byHeader('by-header', 'secret of by-header');
    expect(query).toHaveBeenCalledTimes(0);
    await byAssertion(assertion);
    expect(query.mock.calls.map(([statement]) => statement)).toEqual([
      expect.stringContaining('INSERT INTO used_assertion'),
    ]);
    query.mockRestore();
  });

  describe('in a burst', () => {
    const heard = new Set<string>();
    let clientId: string;

    beforeAll(() => feed.subscribe('client', (changed) => void heard.add(changed)));

    beforeEach(async () => {
      clientId = `hasty-${randomUUID()}`;
      await insertClient(clientId, 'client_secret_basic', false);
    });

    it.each([true, false])(
      'looks at no more secrets than may be wrong, the right one included (A13; remembered: %s)',
      async (isRemembered) => {
        await remember();
        if (!isRemembered) feed.announce('client', clientId);

        const statuses = await burst([...wrongSecrets(5 * LIMIT), `secret of ${clientId}`]);

        expect(statuses.filter((status) => status === 401)).toHaveLength(LIMIT);
        expect(statuses.filter((status) => status === 429)).toHaveLength(4 * LIMIT + 1);
        expect(statuses.at(-1)).toBe(429);
      },
    );

    it('asks the database before each refusal, whether there is such a client or not (A05)', async () => {
      await remember();
      const read = vi.spyOn(registry, 'read');
      const known = await burst(wrongSecrets(2 * LIMIT));
      const readsOfKnown = read.mock.calls.length;
      const unknown = await burst(wrongSecrets(2 * LIMIT), `nobody-${clientId}`);
      const reads = read.mock.calls.length;
      read.mockRestore();

      expect(known.toSorted()).toEqual(unknown.toSorted());
      expect([readsOfKnown, reads - readsOfKnown]).toEqual([2 * LIMIT, 2 * LIMIT]);
    });

    it('does not count right secrets that what is remembered does not have yet', async () => {
      await remember();
      await dataSource.transaction(async (manager) => {
        // Without the trigger that would tell of it.
        await manager.query('SET LOCAL session_replication_role = replica');
        await manager.query('INSERT INTO client_secret (digest, client_id) VALUES ($1, $2)', [
          digestClientSecret('a new one'),
          clientId,
        ]);
      });

      const statuses = await burst(Array<string>(4 * LIMIT).fill('a new one'));

      expect(new Set(statuses)).toEqual(new Set([200]));
    });

    it('counts what was wrong even if the database did not come to it', async () => {
      await remember();
      const read = vi.spyOn(registry, 'read').mockRejectedValue(new DatabaseUnavailableError());
      const statuses = await burst(wrongSecrets(LIMIT));
      read.mockRestore();

      expect(statuses).toEqual(Array(LIMIT).fill(503));
      expect(await burst([`secret of ${clientId}`])).toEqual([429]);
    });

    it('looks at no secret that was blocked while the database was asked', async () => {
      feed.announce('client', clientId);
      const attempt = burst([`secret of ${clientId}`]);
      feed.announce('throttle', `${attemptKey(clientId, '127.0.0.1')}.60000`);

      expect(await attempt).toEqual([429]);
    });

    /** Has the client remembered, and not forgotten again because of news that is still on its way. */
    async function remember(): Promise<void> {
      const lastNews = randomUUID();
      await dataSource.query(`SELECT pg_notify('auth_changes', $1)`, [`client:${lastNews}`]);
      await vi.waitUntil(() => heard.has(lastNews) && feed.isCurrent, { timeout: 10_000 });
      await registry.read(clientId);
      expect(registry.remembered(clientId)).toBeDefined();
    }

    /** The statuses of attempts that are begun all at once. */
    async function burst(secrets: readonly string[], as = clientId): Promise<number[]> {
      return Promise.all(
        secrets.map(async (secret) => {
          const attempt = authenticate([`Basic ${btoa(`${as}:${secret}`)}`], form({}), throttled);
          return statusOf(attempt);
        }),
      );
    }
  });

  const logged = () => lines.map((line) => JSON.parse(line) as { reason: string; fault?: string });
  const reasons = () => logged().map(({ reason }) => reason);

  async function failures(): Promise<Record<string, number>> {
    const text = await metrics.registry.getSingleMetricAsString(
      'oauth_client_authentication_failures_total',
    );
    const series = text.matchAll(/reason="(\w+)".*} (\d+)$/gm);
    return Object.fromEntries(
      Array.from(series, ([, reason = '', count]): [string, number] => [reason, Number(count)]),
    );
  }

  function byHeader(clientId: string, secret: string) {
    return authenticate([`Basic ${btoa(`${clientId}:${secret}`)}`], form({}));
  }

  function byBody(clientId: string, secret: string) {
    const parameters = form({ client_id: clientId, client_secret: secret });
    return authenticate(undefined, parameters);
  }

  function byAssertion(assertion: string) {
    const parameters = {
      client_assertion_type: CLIENT_ASSERTION_TYPE,
      client_assertion: assertion,
    };
    return authenticate(undefined, form(parameters));
  }

  function assertionOf(clientId: string, signer: TestSigningKey, claims: JWTPayload = {}) {
    const exp = Math.floor(Date.now() / 1_000) + 60;
    const good = { iss: clientId, sub: clientId, aud: ISSUER, exp, jti: randomUUID() };
    return signer.sign({ ...good, ...claims }, { typ: 'JWT' });
  }

  function authenticate(
    authorization: string[] | undefined,
    parameters: FormParameters,
    by = authenticator,
  ) {
    const raw = { headersDistinct: { authorization } } as unknown as IncomingMessage;
    return by.authenticate({ raw, ip: '127.0.0.1' }, parameters);
  }

  async function insertClient(clientId: string, method: string, disabled: boolean) {
    await dataSource.query(
      `INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types, disabled)
       VALUES ($1, $1, $2, '{client_credentials}', $3)`,
      [clientId, method, disabled],
    );
    await insertSecret(clientId);
  }

  /** Changes the client with a key, and waits until that has been heard of. */
  async function changeClient(change: string, values: unknown[] = []) {
    await registry.find('by-key');
    await dataSource.query(`UPDATE client SET ${change} WHERE client_id = 'by-key'`, values);
    await vi.waitUntil(() => registry.remembered('by-key') === undefined, { timeout: 10_000 });
  }

  async function restoreClientWithKey() {
    await dataSource.query(
      `UPDATE client SET disabled = false, token_endpoint_auth_method = 'private_key_jwt',
         jwks = $1, jwks_uri = NULL
       WHERE client_id = 'by-key'`,
      [{ keys: [key.publicJwk] }],
    );
  }

  /** What comes of a good assertion when something happens while it waits to be noted as used. */
  async function outcomeWithMeanwhile(happens: () => Promise<void>): Promise<unknown> {
    const lock = dataSource.createQueryRunner();
    await lock.startTransaction();
    try {
      await lock.query('LOCK TABLE used_assertion IN EXCLUSIVE MODE');
      const outcome = refusalOf(byAssertion(await assertionOf('by-key', key)));
      await vi.waitUntil(somebodyWaits, { timeout: 10_000 });
      await happens();
      await lock.rollbackTransaction();
      return await outcome;
    } finally {
      await lock.release();
    }
  }

  async function somebodyWaits(): Promise<boolean> {
    const waiting = await dataSource.query<object[]>(
      `SELECT FROM pg_locks
       JOIN pg_database ON pg_database.oid = pg_locks.database
       WHERE datname = current_database() AND relation = 'used_assertion'::regclass AND NOT granted`,
    );
    return waiting.length > 0;
  }

  async function insertSecret(clientId: string) {
    await dataSource.query('INSERT INTO client_secret (digest, client_id) VALUES ($1, $2)', [
      digestClientSecret(`secret of ${clientId}`),
      clientId,
    ]);
  }

  async function insertClientWithKey(clientId: string, { publicJwk }: TestSigningKey) {
    await dataSource.query(
      `INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types, jwks)
       VALUES ($1, $1, 'private_key_jwt', '{client_credentials}', $2)`,
      [clientId, { keys: [publicJwk] }],
    );
  }
});

function form(parameters: Record<string, string>): FormParameters {
  const body = Buffer.from(new URLSearchParams(parameters).toString());
  return FormParameters.parse(body, 'application/x-www-form-urlencoded');
}

async function refusalOf(attempt: Promise<unknown>): Promise<unknown> {
  try {
    return await attempt;
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    const { code, description, headers } = error;
    return { status: error.getStatus(), code, description, headers };
  }
}

async function statusOf(attempt: Promise<unknown>): Promise<number> {
  try {
    await attempt;
    return 200;
  } catch (error) {
    if (error instanceof DatabaseUnavailableError) return 503;
    if (error instanceof OAuthError) return error.getStatus();
    throw error;
  }
}

function wrongSecrets(count: number): string[] {
  return Array.from({ length: count }, (_none, at) => `guess ${at}`);
}
