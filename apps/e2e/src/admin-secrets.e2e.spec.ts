import { createHash } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import {
  actOn,
  administer,
  clientPath,
  registerClient,
  remove,
  showClient,
  tokenStatus,
  type AdminClient,
} from './support/admin.js';
import { query } from './support/databases.js';
import { problemIn } from './support/orders.js';
import type { RunningApp } from './support/processes.js';
import { startSecondAuthServer } from './support/second-auth-server.js';
import { isOurOwn, logs, own, runsAsProcesses } from './support/system.js';

/** How long a change may take to be known to every replica. */
const SOON_MS = 1_000;

describe('client secrets', () => {
  const made: string[] = [];

  afterAll(async () => {
    for (const clientId of made) await remove(clientPath(clientId));
  });

  const register = async (): Promise<AdminClient> => {
    const client = await registerClient();
    made.push(client.client_id);
    return client;
  };
  const rotate = (clientId: string, overlap_seconds?: number) =>
    actOn(clientId, 'rotate-secret', { body: { overlap_seconds } });
  const end = (clientId: string, secretId = '') =>
    administer(clientPath(clientId, `/secrets/${secretId}`), { method: 'DELETE' });

  it('C01: both work until the end of the old one, then the new one alone', async () => {
    const { client_id, client_secret: old } = await register();

    const rotated = await rotate(client_id, 2);

    const ends = rotated.client_secrets.map(({ expires_at }) => expires_at);
    expect(ends).toEqual([expect.stringMatching(/Z$/), null]);
    expect(rotated.client_secret_expires_at).toBe(0);
    expect(await tokenStatus(client_id, old)).toBe(200);
    expect(await tokenStatus(client_id, rotated.client_secret)).toBe(200);

    const oldEndsAt = Date.parse(ends[0] ?? '');
    await expect.poll(() => tokenStatus(client_id, old), { timeout: 4_000 }).toBe(401);
    expect(Date.now()).toBeGreaterThanOrEqual(oldEndsAt);
    expect(await tokenStatus(client_id, rotated.client_secret)).toBe(200);
    expect((await showClient(client_id)).client_secrets).toHaveLength(1);
  });

  it('C01: keep the day they were to end by, whatever overlap a later rotation allows', async () => {
    const { client_id } = await register();
    const first = (await rotate(client_id, 60)).client_secrets[0];

    const again = await rotate(client_id, 3_600);

    const [one, two, three] = again.client_secrets;
    expect(one).toEqual(first);
    expect(Date.parse(two?.expires_at ?? '') - Date.now()).toBeGreaterThan(3_500_000);
    expect(three?.expires_at).toBeNull();
  });

  it('C01: overlap for a day unless something else is asked for', async () => {
    const { client_id } = await register();

    const { client_secrets } = await actOn(client_id, 'rotate-secret');

    const left = Date.parse(client_secrets[0]?.expires_at ?? '') - Date.now();
    expect(Math.round(left / 60_000)).toBe(24 * 60);
  });

  it('C01: do not overlap if nobody wants it', async () => {
    const { client_id, client_secret: old } = await register();

    const { client_secret, client_secrets } = await rotate(client_id, 0);

    expect(client_secrets).toHaveLength(1);
    expect(await tokenStatus(client_id, old)).toBe(401);
    expect(await tokenStatus(client_id, client_secret)).toBe(200);
  });

  it('are five at most', async () => {
    const { client_id } = await register();
    for (let count = 2; count <= 5; count += 1) await rotate(client_id);

    const path = clientPath(client_id, '/rotate-secret');
    const refused = await administer(path, { method: 'POST' });

    expect(problemIn(refused, 409).code).toBe('too_many_secrets');
    expect((await showClient(client_id)).client_secrets).toHaveLength(5);
    expect((await rotate(client_id, 0)).client_secrets).toHaveLength(1);
  });

  it('can be told apart without being shown', async () => {
    const { client_id, client_secret: old } = await register();
    const { client_secret } = await rotate(client_id);

    const { client_secrets } = await showClient(client_id);

    expect(client_secrets.map(({ hint }) => hint)).toEqual([
      old.slice(-4),
      client_secret.slice(-4),
    ]);
    expect(new Set(client_secrets.map(({ secret_id }) => secret_id))).toHaveLength(2);
  });

  it('C02: end early, each by itself', async () => {
    const { client_id, client_secret: old, client_secrets } = await register();
    const { client_secret } = await rotate(client_id);
    const secretId = client_secrets[0]?.secret_id;

    expect((await end(client_id, secretId)).status).toBe(204);

    expect(await tokenStatus(client_id, old)).toBe(401);
    expect(await tokenStatus(client_id, client_secret)).toBe(200);
    const again = await end(client_id, secretId);
    expect(problemIn(again, 404).code).toBe('client_secret_not_found');
  });

  it('C02: are ended by way of their own client only', async () => {
    const [mine, other] = [await register(), await register()];

    const refused = await end(mine.client_id, other.client_secrets[0]?.secret_id);

    expect(problemIn(refused, 404).code).toBe('client_secret_not_found');
    expect(await tokenStatus(other.client_id, other.client_secret)).toBe(200);
  });

  describe.runIf(runsAsProcesses)('with two replicas', () => {
    let second: RunningApp | undefined;

    afterAll(async () => {
      await second?.process.stop();
    });

    it('C02 C05: end, and clients are disabled, at the other one within a second', async () => {
      second ??= await startSecondAuthServer();
      const other = second.url;
      const { client_id, client_secret: old, client_secrets } = await register();
      const { client_secret } = await rotate(client_id);
      const refusedAfter = async (secret: string, change: () => Promise<unknown>) => {
        // So that the other one has it in memory.
        expect(await tokenStatus(client_id, secret, other)).toBe(200);
        await change();
        const changedAt = performance.now();
        const refused = async () => (await tokenStatus(client_id, secret, other)) === 401;
        await expect.poll(refused, { timeout: 3_000, interval: 20 }).toBe(true);
        return performance.now() - changedAt;
      };

      const delays = [
        await refusedAfter(old, () => end(client_id, client_secrets[0]?.secret_id)),
        await refusedAfter(client_secret, () => actOn(client_id, 'disable')),
      ];

      for (const delay of delays) expect(delay).toBeLessThan(SOON_MS);
      expect(await tokenStatus(client_id, client_secret)).toBe(401);
      await actOn(client_id, 'enable');
      expect(await tokenStatus(client_id, client_secret, other)).toBe(200);
    });
  });

  it('C03: are shown once, and neither they nor their digests ever again', async () => {
    const client = await register();
    const rotated = await rotate(client.client_id);
    const secrets = [client.client_secret, rotated.client_secret];
    const digests = secrets.map((secret) => createHash('sha256').update(secret).digest());
    const traces = [
      ...secrets,
      ...secrets.map((secret) => secret.slice('cs_'.length, -4)),
      ...digests.flatMap((digest) => [
        digest.toString('hex'),
        digest.toString('base64').slice(0, -1),
        digest.toString('base64url'),
      ]),
    ];

    const { client_id } = client;
    const patch = { method: 'PATCH', body: { client_name: 'another' } };
    const answers = [
      await administer(clientPath(client_id)),
      await administer('clients?limit=100'),
      await administer(`clients?scope=orders:read&limit=100`),
      await administer(clientPath(client_id), patch),
      await administer(clientPath(client_id, '/disable'), { method: 'POST' }),
      await administer(clientPath(client_id, '/enable'), { method: 'POST' }),
      await administer(clientPath(client_id, '/revoke-tokens'), { method: 'POST' }),
      await administer('clients', { method: 'POST', body: { client_id } }),
      await administer(clientPath(client_id), { method: 'PATCH', body: { scope: 'nonsense' } }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([
      200, 200, 200, 200, 200, 200, 200, 409, 422,
    ]);
    for (const answer of answers) {
      for (const trace of traces) expect(answer.text).not.toContain(trace);
      expect(answer.text.toLowerCase()).not.toContain('digest');
    }
    if (!isOurOwn) return;
    for (const [name, text] of await logs()) {
      expect(
        traces.filter((trace) => text.includes(trace)),
        name,
      ).toEqual([]);
    }
  });

  it.runIf(isOurOwn)('C03: are stored as digests only', async () => {
    const { client_id, client_secret } = await register();

    const rows = await query<{ row: string }>(
      own().authDatabaseUrl,
      `SELECT client_secret::text AS row FROM client_secret WHERE client_id = $1
       UNION ALL SELECT client::text FROM client WHERE client_id = $1
       UNION ALL SELECT audit_event::text FROM audit_event WHERE subject = $1`,
      [client_id],
    );

    expect(rows).toHaveLength(3);
    for (const { row } of rows) expect(row).not.toContain(client_secret.slice(3, -4));
  });
});
