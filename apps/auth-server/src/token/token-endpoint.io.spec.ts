import 'reflect-metadata';
import { randomBytes, randomUUID } from 'node:crypto';
import {
  createEventLogger,
  EventLogger,
  Metrics,
  Readiness,
  runMigrations,
} from '@m2m/service-defaults';
import { createTestDatabase, TestSigningKey, type TestDatabase } from '@m2m/testing';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { AuthServerModule } from '../auth-server.module.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { digestClientSecret } from '../clients/client-secret.js';
import { authServerConfiguration } from '../configuration.js';
import { authDatabase } from '../database/auth-database.js';
import { AuthServerErrorFilter } from '../oauth/auth-server-error.filter.js';

/** The functions of Node by which a key is parsed, as often as one was called. */
const keyImports = vi.hoisted(() => {
  // Before anything else is imported: whoever holds such a function already cannot be watched any more.
  const calls: string[] = [];
  const watch = (owner: object, name: string) => {
    const real = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
    const watched = function (this: unknown, ...args: unknown[]): unknown {
      calls.push(name);
      return Reflect.apply(real, this, args);
    };
    Reflect.set(owner, name, watched);
  };
  const crypto = process.getBuiltinModule('node:crypto');
  watch(crypto, 'createPrivateKey');
  watch(crypto, 'createPublicKey');
  watch(crypto.KeyObject.prototype, 'toCryptoKey');
  watch(Object.getPrototypeOf(crypto.webcrypto.subtle) as object, 'importKey');
  process.getBuiltinModule('node:module').syncBuiltinESMExports();
  return calls;
});

const ISSUER = 'http://localhost:3000';
const SECRET = 'a-secret-of-the-test';
const REQUESTS = 100;

// The change feed sends it whether there are requests or not.
const HEARTBEAT = 'SELECT pg_notify($1, $2)';

/** What reads a client. */
const READ = /^SELECT .*\btoken_endpoint_auth_method\b/s;

@Module({})
class PartsOfEveryService {}

@Module({})
class Root {}

describe('what a token request costs', { timeout: 30_000 }, () => {
  // Whoever sends it: not all goes by way of the DataSource.
  const queries = vi.spyOn(pg.Client.prototype, 'query');
  let clientKey: TestSigningKey;
  let database: TestDatabase;
  let app: NestFastifyApplication;
  let endpoint: URL;

  beforeAll(async () => {
    clientKey = await TestSigningKey.generate('client-key');
    database = await createTestDatabase(inject('postgresUrl'));
    await runMigrations({ ...authDatabase, url: database.url });
    app = await startAuthServer(database.url);
    endpoint = new URL('/oauth2/token', await app.getUrl());
    await register(app.get(DataSource));
    await vi.waitUntil(() => app.get(ChangeFeed).isCurrent, { timeout: 5_000 });
  });

  beforeEach(() => {
    queries.mockClear();
  });

  afterAll(async () => {
    queries.mockRestore();
    await app.close();
    await database.drop();
  });

  it('sends no statement for a client with a secret, once it is known', async () => {
    await expectToken({ authorization: basic('by-secret', SECRET) });
    // Beside it the schedule of keys may have read them, which it does by itself soon after the start.
    expect(statements().filter((statement) => READ.test(statement))).toHaveLength(1);
    queries.mockClear();

    for (let count = 0; count < REQUESTS; count++) {
      await expectToken({ authorization: basic('by-secret', SECRET) });
    }

    expect(statements()).toEqual([]);
  });

  it('sends one statement for a client with a key, once it is known: the note that its assertion is used up', async () => {
    await expectToken({}, await assertion());
    const assertions = await Promise.all(Array.from({ length: REQUESTS }, assertion));
    queries.mockClear();

    for (const parameters of assertions) await expectToken({}, parameters);

    expect(statements()).toEqual(
      Array.from({ length: REQUESTS }, (): unknown =>
        expect.stringMatching(/^INSERT INTO used_assertion/),
      ),
    );
  });

  it('parses no key: neither ours nor the one of a client that is known', async () => {
    await expectToken({}, await assertion());
    expect(new Set(keyImports)).toEqual(
      new Set(['createPrivateKey', 'createPublicKey', 'toCryptoKey', 'importKey']),
    );
    const assertions = await Promise.all(Array.from({ length: REQUESTS }, assertion));
    keyImports.length = 0;

    for (const parameters of assertions) {
      await expectToken({ authorization: basic('by-secret', SECRET) });
      await expectToken({}, parameters);
    }

    expect(keyImports).toEqual([]);
  });

  it.each([
    ['a wrong secret', 'by-secret'],
    ['a client that is not there', 'nobody'],
    ['a client with another method', 'by-key'],
  ])('A06 sends one read and one count of failures for %s', async (_case, clientId) => {
    const answer = await request({ authorization: basic(clientId, `wrong-${randomUUID()}`) });

    expect(answer.status).toBe(401);
    // Audit events are stored in the background, many at once.
    const duringTheRequest = statements().filter((text) => !text.includes('"audit_event"'));
    expect(duringTheRequest).toEqual([
      expect.stringMatching(READ),
      expect.stringMatching(/^INSERT INTO "client_authentication_failure"/),
    ]);
  });

  function statements(): string[] {
    return queries.mock.calls
      .map(([query]: readonly unknown[]) => textOf(query).trim())
      .filter((text) => text !== HEARTBEAT);
  }

  function request(headers: Readonly<Record<string, string>>, parameters = {}) {
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...parameters });
    return fetch(endpoint, { method: 'POST', headers, body: form });
  }

  async function expectToken(headers: Readonly<Record<string, string>>, parameters = {}) {
    const answer = await request(headers, parameters);
    expect(answer.status).toBe(200);
    await answer.arrayBuffer();
  }

  async function assertion() {
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: 'by-key', sub: 'by-key', aud: ISSUER, jti: randomUUID(), exp: now + 60 };
    return {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await clientKey.sign(claims, { typ: 'client-authentication+jwt' }),
    };
  }

  async function register(dataSource: DataSource): Promise<void> {
    await dataSource.query(
      `INSERT INTO resource_server (name, identifier) VALUES ('orders', 'https://orders.example')`,
    );
    await dataSource.query(
      `INSERT INTO scope (name, resource_server, description) VALUES ('orders:read', 'orders', '')`,
    );
    await dataSource.query(
      `INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types, jwks)
       VALUES ('by-secret', '', 'client_secret_basic', '{client_credentials}', NULL),
         ('by-key', '', 'private_key_jwt', '{client_credentials}', $1)`,
      [{ keys: [clientKey.publicJwk] }],
    );
    await dataSource.query(
      `INSERT INTO client_scope (client_id, scope) SELECT client_id, 'orders:read' FROM client`,
    );
    await dataSource.query('INSERT INTO client_secret (client_id, digest) VALUES ($1, $2)', [
      'by-secret',
      digestClientSecret(SECRET),
    ]);
  }
});

function textOf(query: unknown): string {
  return typeof query === 'string' ? query : (query as { text: string }).text;
}

function basic(clientId: string, secret: string): string {
  return `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`;
}

async function startAuthServer(databaseUrl: string): Promise<NestFastifyApplication> {
  const logger = createEventLogger('auth-server', 'error', { write: () => undefined });
  const configuration = authServerConfiguration.parse({
    AUTH_DATABASE_URL: databaseUrl,
    AUTH_KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    OAUTH_ISSUER: ISSUER,
  });
  const module = {
    module: Root,
    imports: [
      {
        module: PartsOfEveryService,
        global: true,
        providers: [
          { provide: EventLogger, useValue: logger },
          { provide: Metrics, useValue: new Metrics('auth-server') },
          Readiness,
        ],
        exports: [EventLogger, Metrics, Readiness],
      },
      AuthServerModule.forRoot(configuration),
    ],
  };
  const adapter = new FastifyAdapter();
  const server = adapter.getInstance();
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: false,
    bodyParser: false,
    abortOnError: false,
  });
  app.useGlobalFilters(new AuthServerErrorFilter(logger, ISSUER));
  await app.listen(0, 'localhost');
  return app;
}
