import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  administer,
  callAdmin,
  clientPath,
  operatorToken,
  registerClient,
  remove,
} from './support/admin.js';
import { expectChallenge, expectInvalidToken } from './support/challenges.js';
import { DatabaseLink } from './support/database-link.js';
import { members, send, type Answer } from './support/http.js';
import { aString } from './support/matchers.js';
import { accessTokenFor, basic, GRANT, postToken } from './support/oauth.js';
import { problemIn } from './support/orders.js';
import { startApp } from './support/processes.js';
import { own, runsAsProcesses, system } from './support/system.js';

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly summary?: string;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly responses: Readonly<Record<string, unknown>>;
}

const METADATA = `${system.authServer}/.well-known/oauth-protected-resource`;

describe('access to the admin API', () => {
  let description: Readonly<Record<string, unknown>>;
  let operations: readonly Operation[];

  beforeAll(async () => {
    description = members(await send(`${system.authServer}/openapi.json`));
    const paths = description['paths'] as Record<string, Record<string, Operation>>;
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        ...operation,
        path,
        method: method.toUpperCase(),
      })),
    );
  });

  /** Calls an operation; there is nothing at the addresses it is called at. */
  const call = ({ method, path }: Operation, token?: string): Promise<Answer> =>
    send(system.authServer + path.replace(/\{\w+\}/g, randomUUID()), {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(method !== 'GET' && { 'content-type': 'application/json' }),
      },
      ...(method !== 'GET' && { body: '{"broken' }),
    });

  it('O02 is described with every operation, its scopes and its answers', () => {
    const names = operations.map(({ method, path }) => `${method} ${path}`).sort();

    expect(names).toEqual([
      'DELETE /admin/clients/{client_id}',
      'DELETE /admin/clients/{client_id}/secrets/{secret_id}',
      'DELETE /admin/resource-servers/{name}',
      'GET /admin/clients',
      'GET /admin/clients/{client_id}',
      'GET /admin/keys',
      'GET /admin/resource-servers',
      'GET /admin/resource-servers/{name}',
      'PATCH /admin/clients/{client_id}',
      'PATCH /admin/resource-servers/{name}',
      'POST /admin/clients',
      'POST /admin/clients/{client_id}/disable',
      'POST /admin/clients/{client_id}/enable',
      'POST /admin/clients/{client_id}/revoke-tokens',
      'POST /admin/clients/{client_id}/rotate-secret',
      'POST /admin/keys/rotate',
      'POST /admin/keys/{kid}/retire',
      'POST /admin/resource-servers',
    ]);
    for (const { method, path, summary, security, responses } of operations) {
      const scope = method === 'GET' ? 'clients:read' : 'clients:write';
      expect(summary, `${method} ${path}`).toMatch(/\w{3}/);
      expect(security, `${method} ${path}`).toEqual([{ oauth2: [scope] }]);
      expect(Object.keys(responses), `${method} ${path}`).toEqual(
        expect.arrayContaining(['401', '403']),
      );
    }
  });

  it('is described with where its tokens come from', () => {
    expect(description['components']).toMatchObject({
      securitySchemes: {
        oauth2: {
          type: 'oauth2',
          flows: {
            clientCredentials: {
              tokenUrl: `${system.authServer}/oauth2/token`,
              scopes: { 'clients:read': aString, 'clients:write': aString },
            },
          },
        },
      },
    });
  });

  it('C05 O02 is refused without a token, whatever the input', async () => {
    for (const operation of operations) {
      const answer = await call(operation);

      expectChallenge(answer, 401, undefined);
      expect(answer.headers.get('www-authenticate')).toContain(`resource_metadata="${METADATA}"`);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });

  it('C05 is refused with what is no token', async () => {
    for (const operation of operations) expectInvalidToken(await call(operation, 'garbage'));
  });

  it("C05 is refused with an ordinary client's token", async () => {
    const forOrders = await accessTokenFor('e2e-basic');

    for (const operation of operations) expectInvalidToken(await call(operation, forOrders));
  });

  it('C05 is refused with a token for this resource that lacks the scope', async () => {
    const tokens = {
      'clients:read': await accessTokenFor('operator', { scope: 'clients:read' }),
      'clients:write': await accessTokenFor('operator', { scope: 'clients:write' }),
    };

    for (const operation of operations) {
      const isRead = operation.method === 'GET';
      const needed = isRead ? 'clients:read' : 'clients:write';
      const answer = await call(operation, tokens[isRead ? 'clients:write' : 'clients:read']);

      expectChallenge(answer, 403, 'insufficient_scope');
      expect(answer.headers.get('www-authenticate')).toContain(`scope="${needed}"`);
    }
  });

  it('C05 is refused with a token of a client without any scope of it', async () => {
    const client = await registerClient({ scope: 'orders:read' });
    const authorization = basic(client);

    const asked = await postToken(
      { ...GRANT, resource: system.authServer, scope: 'clients:write' },
      { authorization },
    );

    expect([members(asked)['error'], asked.status]).toEqual(['invalid_scope', 400]);
    await remove(clientPath(client.client_id));
  });

  it('takes no token from anywhere but the header', async () => {
    const token = await operatorToken();

    const inQuery = await send(`${system.authServer}/admin/clients?access_token=${token}`);

    expectChallenge(inQuery, 401, undefined);
  });

  it('leaves the OAuth endpoints open', async () => {
    const open = ['/oauth2/jwks', '/.well-known/oauth-authorization-server', '/health/live'];

    for (const path of open) expect((await send(system.authServer + path)).status).toBe(200);
    const metadata = members(await send(METADATA));
    expect(metadata).toMatchObject({
      resource: system.authServer,
      authorization_servers: [system.authServer],
      scopes_supported: ['clients:read', 'clients:write'],
    });
  });

  it('answers other methods and addresses in the form of the API', async () => {
    const put = await administer('clients', { method: 'PUT', body: {} });
    const nowhere = await administer('nowhere');

    expect([put.status, put.headers.get('allow')]).toEqual([405, expect.stringContaining('POST')]);
    expect(nowhere.status).toBe(404);
    for (const { headers } of [put, nowhere]) {
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json\b/);
    }
  });

  it.runIf(runsAsProcesses)(
    'O02 has its description taken away by API_DOCS=off, not its guard',
    async () => {
      const { url, process } = await startApp(
        'auth-server',
        {
          AUTH_DATABASE_URL: own().authDatabaseUrl,
          AUTH_KEY_ENCRYPTION_KEY_FILE: `${own().secretsDir}/auth-key-encryption-key`,
          OAUTH_ISSUER: `${system.authServer}/below/a/path`,
          API_DOCS: 'off',
        },
        { until: '/health/ready' },
      );
      try {
        expect((await send(`${url}/openapi.json`)).status).toBe(404);
        expect((await send(`${url}/docs`)).status).toBe(404);
        // The API is below the issuer's path, and nowhere else.
        expect((await send(`${url}/admin/clients`)).status).toBe(404);
        expectChallenge(await send(`${url}/below/a/path/admin/clients`), 401, undefined);
      } finally {
        await process.stop();
      }
    },
  );

  it.runIf(runsAsProcesses)('O03 is answered 503 without the database, and heals', async () => {
    const database = await DatabaseLink.start(own().authDatabaseUrl);
    const { url, process } = await startApp(
      'auth-server',
      {
        AUTH_DATABASE_URL: database.url,
        AUTH_KEY_ENCRYPTION_KEY_FILE: `${own().secretsDir}/auth-key-encryption-key`,
        OAUTH_ISSUER: system.authServer,
      },
      { until: '/health/ready' },
    );
    try {
      const list = () => administer('clients?limit=1', { at: url });
      expect((await list()).status).toBe(200);

      database.cut();
      const answer = await list();
      expect(problemIn(answer, 503).code).toBe('database_unavailable');
      expect(answer.headers.get('retry-after')).toBe('5');
      expectInvalidToken(await callAdmin('clients', { at: url, token: 'garbage' }));

      database.mend();
      await expect.poll(async () => (await list()).status, { timeout: 20_000 }).toBe(200);
    } finally {
      await process.stop();
      await database.stop();
    }
  });
});
