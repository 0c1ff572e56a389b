import type { IncomingMessage } from 'node:http';
import {
  createEventLogger,
  dataSourceOptions,
  Metrics,
  runMigrations,
} from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { ChangeFeed } from '../changes/change-feed.js';
import { digestClientSecret } from '../clients/client-secret.js';
import { SecretUsage } from '../clients/secret-usage.js';
import { TypeOrmClientRegistry } from '../clients/typeorm-client.registry.js';
import { authDatabase } from '../database/auth-database.js';
import { FormParameters } from '../oauth/form-parameters.js';
import { OAuthError } from '../oauth/oauth-error.js';
import { ClientAuthenticator } from './client.authenticator.js';

describe('ClientAuthenticator', () => {
  const lines: string[] = [];
  const metrics = new Metrics('auth-server');
  let database: TestDatabase;
  let dataSource: DataSource;
  let feed: ChangeFeed;
  let authenticator: ClientAuthenticator;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    const logger = createEventLogger('auth', 'info', { write: (line) => void lines.push(line) });
    feed = new ChangeFeed(database.url, logger);
    const registry = new TypeOrmClientRegistry(dataSource, feed);
    authenticator = new ClientAuthenticator(
      registry,
      new SecretUsage(dataSource, logger),
      logger,
      metrics,
    );
    feed.onModuleInit();
    await insertClient('by-header', 'client_secret_basic', false);
    await insertClient('by-body', 'client_secret_post', false);
    await insertClient('disabled', 'client_secret_basic', true);
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
    expect(lines.map((line) => (JSON.parse(line) as { reason: string }).reason)).toEqual([
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

  it('counts failures by a reason, of which there are five', async () => {
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
    expect(Object.keys(after)).toHaveLength(5);
  });

  it('logs no more than the start of an endless client_id', async () => {
    await refusalOf(byHeader('x'.repeat(10_000), 'any'));

    expect(lines.join('').length).toBeLessThan(1_000);
  });

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

  function authenticate(authorization: string[] | undefined, parameters: FormParameters) {
    const raw = { headersDistinct: { authorization } } as unknown as IncomingMessage;
    return authenticator.authenticate({ raw, ip: '127.0.0.1' }, parameters);
  }

  async function insertClient(clientId: string, method: string, disabled: boolean) {
    await dataSource.query(
      `INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types, disabled)
       VALUES ($1, $1, $2, '{client_credentials}', $3)`,
      [clientId, method, disabled],
    );
    await dataSource.query('INSERT INTO client_secret (digest, client_id) VALUES ($1, $2)', [
      digestClientSecret(`secret of ${clientId}`),
      clientId,
    ]);
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
