import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { query } from './support/databases.js';
import { send } from './support/http.js';
import { textLike } from './support/matchers.js';
import {
  accessTokenFor,
  basic,
  credentialsOf,
  form,
  GRANT,
  postToken,
  requestToken,
  TOKEN_ENDPOINT,
} from './support/oauth.js';
import { callOrders, placeOrder } from './support/orders.js';
import { clientSecrets, expectNoSecretInLogs } from './support/secrets.js';
import { isOurOwn, local, logs, own, runsAsProcesses, system } from './support/system.js';

/** Reading the logs of containers takes a second. */
const SOON = { timeout: 20_000, interval: 100 };

describe.runIf(isOurOwn)('secrets', () => {
  /** Brings secrets to where a careless log would keep them. */
  async function useSecretsCarelessly(): Promise<string> {
    const credentials = await credentialsOf('e2e-basic');
    const token = await accessTokenFor('e2e-basic');
    const order = await placeOrder(token);
    await requestToken('e2e-post');
    await send(`${TOKEN_ENDPOINT}?${form({ ...GRANT, ...credentials })}`, { method: 'POST' });
    await postToken({ ...GRANT, ...credentials }, { authorization: basic(credentials) });
    await postToken({ ...GRANT, ...credentials });
    await postToken({ ...GRANT, client_id: credentials.client_secret, client_secret: 'x' });
    await postToken({
      ...GRANT,
      scope: credentials.client_secret,
      ...(await credentialsOf('e2e-post')),
    });
    await callOrders(`/orders?access_token=${token}`);
    await callOrders(`/orders/${token}`, { token });
    await callOrders('/orders', { token: `${token}x` });
    await callOrders('/orders', { method: 'POST', token, body: { access_token: token } });
    await callOrders('/orders', { token, headers: { 'x-request-id': token, referer: token } });
    await send(`${system.billingWorker}/billing/${token}?secret=${credentials.client_secret}`);
    return order.id;
  }

  it('O04 are in no log, nor are the tokens of the whole run', async () => {
    await useSecretsCarelessly();
    await expectNoSecretInLogs();
  });

  it('O04 leave events: who was given a token or was refused, when and why', async () => {
    await requestToken('e2e-basic', { scope: 'orders:read' });
    const requestId = `e2e-${Date.now()}`;
    const correlation = { 'x-request-id': requestId };
    await postToken(GRANT, { ...correlation, authorization: 'Basic ZTJlLWJhc2ljOndyb25n' });
    await callOrders('/orders', { token: 'a.b.c', headers: correlation });

    await vi.waitFor(async () => {
      const files = await logs();
      const events = [...files.values()].flatMap((text) =>
        text.split('\n').filter((line) => line.includes(requestId)),
      );
      const parsed = events.map((line) => JSON.parse(line) as Record<string, unknown>);
      const common = { request_id: requestId, time: textLike(/^\d{4}-.*Z$/) };
      expect(parsed).toContainEqual(
        expect.objectContaining({
          ...common,
          event: 'client_authentication.failed',
          client_id: 'e2e-basic',
          reason: 'wrong_secret',
        }),
      );
      expect(parsed).toContainEqual(
        expect.objectContaining({ ...common, event: 'access.refused', reason: 'malformed' }),
      );
      expect(files.get('auth-server')).toMatch(/"event":"token.issued".*"client_id":"e2e-basic"/);
    }, SOON);
  });

  it('C03 are not in the database, which knows their digests only', async () => {
    const databases = [own().authDatabaseUrl, own().ordersDatabaseUrl, own().billingDatabaseUrl];
    const contents = (await Promise.all(databases.map(everythingIn))).join('\n');

    expect(contents).toContain('e2e-basic');
    for (const secret of await clientSecrets()) expect(contents).not.toContain(secret);
    expect(contents).not.toMatch(/-----BEGIN|"d":/);
  });

  it('C04 are random and long enough, each another one', async () => {
    const generated = (await clientSecrets()).filter((secret) => secret.startsWith('cs_'));

    expect(generated.length).toBeGreaterThanOrEqual(10);
    expect(new Set(generated).size).toBe(generated.length);
    for (const secret of generated) {
      expect(Buffer.from(secret.slice(3), 'base64url').length).toBeGreaterThanOrEqual(32);
    }
  });

  it.runIf(runsAsProcesses && process.platform !== 'win32')(
    'are in files that only their owner can read',
    async () => {
      for (const directory of ['clients', 'secrets']) {
        const path = join(local().dataDir, directory);
        for (const name of await readdir(path)) {
          expect((await stat(join(path, name))).mode & 0o077, name).toBe(0);
        }
      }
    },
  );
});

/** Every row of every table, as text. */
async function everythingIn(url: string): Promise<string> {
  const tables = await query<{ name: string }>(
    url,
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables
     WHERE table_schema = 'public'`,
  );
  expect(tables.length).toBeGreaterThan(1);
  const rows = await Promise.all(
    tables.map(({ name }) => query(url, `SELECT to_jsonb(t)::text AS row FROM ${name} t`)),
  );
  return JSON.stringify(rows);
}
