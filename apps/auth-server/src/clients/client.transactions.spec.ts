import {
  createEventLogger,
  dataSourceOptions,
  Metrics,
  runMigrations,
} from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { Precondition } from '../admin/precondition.js';
import type { ChangeTarget } from '../admin/versioned.transactions.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { authDatabase } from '../database/auth-database.js';
import { ClientTokens } from '../revocation/client-tokens.js';
import { ChangeClient } from './change-client.js';
import { clientChanges, newClient } from './client-metadata.js';
import { ClientRepository } from './client.repository.js';
import { ClientTransactions } from './client.transactions.js';
import { DeleteClient } from './delete-client.js';
import { EndSecret } from './end-secret.js';
import { RegisterClient } from './register-client.js';
import { RevokeTokens } from './revoke-tokens.js';
import { RotateSecret } from './rotate-secret.js';

const jwks = {
  keys: [
    {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    },
  ],
};

const target: ChangeTarget = { key: 'worker', actor: 'operator', precondition: Precondition.none };
const changes = (body: object) => clientChanges.parse(body);

/** Each change of a client, made through the operation it belongs to. */
describe('ClientTransactions', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let clients: ClientRepository;
  let transactions: ClientTransactions;
  let announced: string[];
  let logged: string[];

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...authDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    await dataSource.query(`INSERT INTO resource_server (name, identifier) VALUES ('r', 'urn:r')`);
    await dataSource.query(`
      INSERT INTO scope (name, resource_server, description)
      VALUES ('read', 'r', ''), ('write', 'r', ''), ('clients:write', 'r', '')`);
  });

  beforeEach(async () => {
    await dataSource.query('TRUNCATE client, audit_event CASCADE');
    announced = [];
    logged = [];
    const logger = createEventLogger('auth-server', 'info', {
      write: (line) => logged.push((JSON.parse(line) as { event: string }).event),
    });
    const feed = new ChangeFeed(database.url, logger);
    feed.subscribe('client', (key) => announced.push(key));
    const audit = new AuditTrail(dataSource, logger, new Metrics('auth-server'));
    clients = new ClientRepository(dataSource);
    transactions = new ClientTransactions(dataSource, clients, audit, feed, 'client');
    await register({ scope: 'read write' });
    announced = [];
    logged = [];
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('records who has registered a client, with what it may do', async () => {
    await expect(recorded()).resolves.toEqual([
      {
        event: 'client.created',
        actor: 'operator',
        subject: 'worker',
        outcome: 'success',
        details: { auth_method: 'client_secret_basic', scope: 'read write', self_managed: false },
      },
    ]);
  });

  it.each<[what: string, change: () => Promise<unknown>, event: string, details: object]>([
    ['a name', () => change({ client_name: 'n' }), 'client.changed', { changed: ['client_name'] }],
    [
      'several members',
      () => change({ access_token_lifetime: 60, token_endpoint_auth_method: 'client_secret_post' }),
      'client.changed',
      { changed: ['token_endpoint_auth_method', 'access_token_lifetime'] },
    ],
    [
      'the scopes',
      () => change({ scope: 'read clients:write' }),
      'client.scopes_changed',
      { granted: ['clients:write'], withdrawn: ['write'] },
    ],
    ['that it is disabled', () => change({ disabled: true }), 'client.disabled', {}],
    [
      'a rotation',
      () => new RotateSecret(transactions).rotate(target, 60),
      'client_secret.rotated',
      { overlap_seconds: 60 },
    ],
    ['its end', () => new DeleteClient(transactions).delete(target), 'client.deleted', {}],
  ])('records %s, and tells of it', async (_what, act, event, details) => {
    await act();

    const [, ...events] = await recorded();
    expect(events).toEqual([
      { event, actor: 'operator', subject: 'worker', outcome: 'success', details },
    ]);
    expect(logged).toEqual([event]);
    expect(announced).toEqual(['worker']);
  });

  it('records the revocation of its tokens with the time they are from', async () => {
    const revoke = new RevokeTokens(transactions, new ClientTokens(Date.now));

    const { tokensValidFrom } = await revoke.revoke(target);

    expect((await recorded())[1]).toMatchObject({
      event: 'client.tokens_revoked',
      details: { issued_before: tokensValidFrom?.toISOString() },
    });
  });

  it('records the end of a secret by its identifier', async () => {
    const { secrets } = await clients.find('worker');
    const secretId = secrets[0]?.secretId ?? '';

    await new EndSecret(transactions).end(target, secretId);

    expect((await recorded())[1]).toMatchObject({
      event: 'client_secret.ended',
      details: { secret_id: secretId },
    });
    expect((await clients.find('worker')).secrets).toEqual([]);
  });

  it('records what becomes of the secrets with a change of the method', async () => {
    await change({ token_endpoint_auth_method: 'private_key_jwt', jwks });
    expect((await clients.find('worker')).secrets).toEqual([]);
    const { secret } = await change({ token_endpoint_auth_method: 'client_secret_basic' });

    const events = (await recorded()).slice(1).map(({ event }) => event);
    expect(events).toEqual([
      'client.changed',
      'client_secret.ended',
      'client.changed',
      'client_secret.created',
    ]);
    expect(secret).toMatch(/^cs_/);
    expect(JSON.stringify(await recorded())).not.toContain(secret);
  });

  it('neither records nor counts what changes nothing', async () => {
    const before = await clients.find('worker');

    await change({ client_name: 'worker', scope: 'write read write', disabled: false });

    expect(await recorded()).toHaveLength(1);
    expect(await clients.find('worker')).toEqual(before);
  });

  it('counts each change once, and says whose it was', async () => {
    const { version, updatedAt, updatedBy } = await clients.find('worker');
    expect([version, updatedBy]).toEqual([1, 'operator']);

    const { client } = await new ChangeClient(transactions).change(
      { ...target, actor: 'another' },
      changes({ client_name: 'n', scope: '', disabled: true }),
    );

    expect([client.version, client.updatedBy, client.createdBy]).toEqual([
      2,
      'another',
      'operator',
    ]);
    expect(client.updatedAt.getTime()).toBeGreaterThanOrEqual(updatedAt.getTime());
  });

  it.each<[what: string, act: () => Promise<unknown>, status: number]>([
    ['an unknown scope', () => change({ client_name: 'n', scope: 'nonsense' }), 422],
    ['another version', () => change({ client_name: 'n' }, '"2"'), 412],
    ['keys without the method', () => change({ client_name: 'n', jwks }), 400],
    ['a client_id that is taken', () => register({}), 409],
    ['a secret that is not there', () => new EndSecret(transactions).end(target, 'none'), 404],
    ['a client that is not there', () => change({}, '*', 'nobody'), 404],
  ])('leaves nothing behind of a change refused for %s', async (_what, act, status) => {
    const before = await clients.find('worker');

    await expect(act()).rejects.toMatchObject({ status });

    expect(await clients.find('worker')).toEqual(before);
    expect(await recorded()).toHaveLength(1);
    expect(announced).toEqual([]);
    expect(logged).toEqual([]);
  });

  it('makes no change that cannot be recorded', async () => {
    await dataSource.query('ALTER TABLE audit_event RENAME TO away');
    try {
      await expect(change({ disabled: true })).rejects.toThrow();
    } finally {
      await dataSource.query('ALTER TABLE away RENAME TO audit_event');
    }

    expect((await clients.find('worker')).disabled).toBe(false);
  });

  it('gives no more than five secrets, however many ask at once', async () => {
    const rotate = new RotateSecret(transactions);

    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => rotate.rotate(target, 60)),
    );

    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(4);
    expect((await clients.find('worker')).secrets).toHaveLength(5);
  });

  it('keeps ended secrets, so that none of them is registered again', async () => {
    await new RotateSecret(transactions).rotate(target, 0);

    const [row] = await dataSource.query<[{ count: number }]>(
      'SELECT count(*)::int AS count FROM client_secret',
    );
    expect(row.count).toBe(2);
    expect((await clients.find('worker')).secrets).toHaveLength(1);
  });

  it('lets nobody shut out the client that asks for it', async () => {
    await register({ client_id: 'admin', scope: 'clients:write' });
    const own = { ...target, key: 'admin', actor: 'admin' };
    const changeOwn = (body: object) => new ChangeClient(transactions).change(own, changes(body));
    const [secret] = (await clients.find('admin')).secrets;

    for (const attempt of [
      () => changeOwn({ disabled: true }),
      () => changeOwn({ scope: 'read' }),
      () => new DeleteClient(transactions).delete(own),
      () => new EndSecret(transactions).end(own, secret?.secretId ?? ''),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ members: { code: 'own_client' } });
    }
    expect((await clients.find('admin')).secrets).toHaveLength(1);
    await expect(changeOwn({ scope: 'clients:write read' })).resolves.toBeDefined();
  });

  function register(body: object) {
    const request = newClient.parse({ client_id: 'worker', ...body });
    return new RegisterClient(transactions).register(request, 'operator');
  }

  function change(body: object, ifMatch?: string, key = 'worker') {
    const precondition = Precondition.fromIfMatch(ifMatch);
    return new ChangeClient(transactions).change({ ...target, key, precondition }, changes(body));
  }

  async function recorded(): Promise<Record<string, unknown>[]> {
    return dataSource.query(
      'SELECT event, actor, subject, outcome, details FROM audit_event ORDER BY id',
    );
  }
});
