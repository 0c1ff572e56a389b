import type { TestDatabase } from '@m2m/testing';
import { decodeProtectedHeader } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { AuthServers } from './support/auth-servers.js';
import { databaseFor } from './support/databases.js';
import { members, send, shown } from './support/http.js';
import type { Credentials } from './support/oauth.js';
import { callOrders } from './support/orders.js';
import { startApp, type Environment, type RunningApp } from './support/processes.js';
import { runsAsProcesses } from './support/system.js';

const AUDIENCE = 'https://things.example';
const ANNOUNCEMENT_SECONDS = 10;
/** Twice the key set's max-age, which is half of the announcement (decision record 0017). */
const WITHDRAWN_WITHIN_MS = ANNOUNCEMENT_SECONDS * 1_000;
/** For a machine that is busy. */
const SLACK_MS = 3_000;

describe.runIf(runsAsProcesses)('an orders-api and the keys of its issuer', () => {
  let auth: AuthServers;
  let api: RunningApp;
  let database: TestDatabase;

  afterEach(async () => {
    await api.process.stop();
    await auth.stop();
    await database.drop();
  });

  it.each(['ES256', 'EdDSA', 'PS256', 'RS256'])(
    'J01 takes tokens that are signed by %s, where the auth-server is set to it',
    { timeout: 60_000 },
    async (algorithm) => {
      const [reader] = await start([{ SIGNING_KEY_ALGORITHM: algorithm }]);

      const token = await tokenFrom(0, reader);

      expect(decodeProtectedHeader(token).alg).toBe(algorithm);
      expect((await list(token)).status).toBe(200);
    },
  );

  it(
    'K06 refuses within the documented time what a key has signed that is retired in an emergency',
    { timeout: 90_000 },
    async () => {
      const announcement = { SIGNING_KEY_ANNOUNCEMENT_SECONDS: String(ANNOUNCEMENT_SECONDS) };
      const [reader, operator] = await start([announcement, announcement]);
      const stolen = await tokenFrom(0, reader);
      const { kid: leaked = '' } = decodeProtectedHeader(stolen);
      expect((await list(stolen)).status).toBe(200);

      const retired = await send(`${auth.url(1)}/admin/keys/${leaked}/retire`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await tokenFrom(1, operator, auth.issuer)}` },
      });
      expect(retired.status, shown(retired)).toBe(200);
      const retiredAt = performance.now();

      const refusal = await expect
        .poll(() => list(stolen), { timeout: 2 * WITHDRAWN_WITHIN_MS, interval: 100 })
        .toMatchObject({ status: 401 })
        .then(() => list(stolen));
      expect(performance.now() - retiredAt).toBeLessThan(WITHDRAWN_WITHIN_MS + SLACK_MS);
      expect(refusal.headers.get('www-authenticate')).toContain('error="invalid_token"');

      for (const server of [0, 1]) {
        const token = await tokenFrom(server, reader);
        expect(decodeProtectedHeader(token).kid).not.toBe(leaked);
        expect((await list(token)).status, shown(await list(token))).toBe(200);
      }
    },
  );

  /** Auth-servers, an orders-api that trusts them, and two clients: one that reads orders, and an operator. */
  async function start(environments: readonly Environment[]): Promise<[Credentials, Credentials]> {
    auth = await AuthServers.start(environments);
    await auth.query(`INSERT INTO resource_server (name, identifier) VALUES ('admin', $1)`, [
      auth.issuer,
    ]);
    await auth.query(`
      INSERT INTO scope (name, resource_server, description)
      VALUES ('orders:read', 'things', ''), ('clients:write', 'admin', '')`);
    const reader = await auth.addClient('reader');
    const operator = await auth.addClient('operator');
    await auth.query(`
      INSERT INTO client_scope (client_id, scope)
      VALUES ('reader', 'orders:read'), ('operator', 'clients:write')`);
    database = await databaseFor('orders-api');
    api = await startApp(
      'orders-api',
      {
        ORDERS_DATABASE_URL: database.url,
        ORDERS_API_URL: AUDIENCE,
        OAUTH_ISSUER: auth.issuer,
      },
      { until: '/health/ready' },
    );
    return [reader, operator];
  }

  async function tokenFrom(server: number, client: Credentials, resource = AUDIENCE) {
    const answer = await auth.requestToken(server, { credentials: client, body: { resource } });
    expect(answer.status, shown(answer)).toBe(200);
    return String(members(answer)['access_token']);
  }

  const list = (token: string) => callOrders('/orders?limit=1', { token }, api.url);
});
