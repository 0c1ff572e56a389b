import { randomUUID } from 'node:crypto';
import { TestSigningKey } from '@m2m/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AuthServers } from './support/auth-servers.js';
import { members, send } from './support/http.js';
import { sumOf } from './support/metrics.js';
import { basic, form, type Credentials } from './support/oauth.js';
import { runsAsProcesses } from './support/system.js';

const REPLICAS = 2;
const TOKENS = 50;
/** More than one batch. */
const MANY = 2_300;

const SOON = { timeout: 10_000, interval: 100 };

const TABLES = [
  'used_assertion',
  'revoked_token',
  'audit_event',
  'client_authentication_failure',
] as const;

describe.runIf(runsAsProcesses)('sweeping by two replicas', () => {
  let auth: AuthServers;
  let client: Credentials;
  let key: TestSigningKey;

  beforeAll(async () => {
    const environment = { AUTH_SWEEP_INTERVAL_SECONDS: '1', AUDIT_RETENTION_DAYS: '1' };
    auth = await AuthServers.start(Array.from({ length: REPLICAS }, () => environment));
    client = await auth.addClient('worker');
    key = await TestSigningKey.generate('its-key');
    await auth.addClientWithKey('key-holder', key.publicJwk);
  });

  afterAll(() => auth.stop());

  it('O05 leaves nothing of short-lived tokens, their assertions and their revocations', async () => {
    for (let time = 0; time < TOKENS; time++) await useAssertionAndRevoke(time % REPLICAS);
    expect(await rowCounts()).toMatchObject({ used_assertion: TOKENS, revoked_token: TOKENS });

    await auth.query(`UPDATE used_assertion SET expires_at = expires_at - interval '1 day'`);
    await auth.query(`UPDATE revoked_token SET expires_at = expires_at - interval '1 day'`);
    await auth.query(`UPDATE audit_event SET occurred_at = occurred_at - interval '2 days'`);

    const nothing = Object.fromEntries(TABLES.map((table) => [table, 0]));
    await vi.waitFor(async () => expect(await rowCounts()).toEqual(nothing), SOON);
  });

  it('O05 stores nothing for a token in the first place', async () => {
    const before = await everyRowCount();
    for (let time = 0; time < TOKENS; time++) {
      const answer = await auth.requestToken(time % REPLICAS, { credentials: client });
      expect(answer.status).toBe(200);
    }

    expect(await everyRowCount()).toEqual(before);
  });

  it('O05 deletes what has ended, each row once, and keeps what has not', async () => {
    const live = await insertRows(3, '1 day');
    const swept = await sweptRows();
    await insertRows(MANY, '-2 days');

    await vi.waitFor(async () => expect(await rowCounts()).toEqual(live), SOON);

    await vi.waitFor(async () => {
      const now = await sweptRows();
      expect(now.map((count, job) => count - (swept[job] ?? NaN))).toEqual([
        MANY,
        MANY,
        MANY,
        MANY,
      ]);
    }, SOON);
    for (let server = 0; server < REPLICAS; server++) {
      expect(await sumOf(auth.url(server), 'oauth_sweeps_total', { outcome: 'failed' })).toBe(0);
    }
  });

  async function useAssertionAndRevoke(server: number): Promise<void> {
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: 'key-holder',
      sub: 'key-holder',
      aud: auth.issuer,
      jti: randomUUID(),
      iat: now,
      exp: now + 60,
    };
    const body = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await key.sign(claims, { typ: 'JWT' }),
    };
    expect((await auth.requestToken(server, { body })).status).toBe(200);
    const answer = await auth.requestToken(server, { credentials: client });
    const revocation = await send(`${auth.url(server)}/oauth2/revoke`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: basic(client),
      },
      body: form({ token: String(members(answer)['access_token']) }),
    });
    expect(revocation.status).toBe(200);
  }

  /** Inserts rows into each table that end at some distance from now; returns how many there are then. */
  async function insertRows(count: number, distance: string) {
    await auth.query(
      `INSERT INTO used_assertion (client_id, jti_digest, expires_at)
       SELECT 'worker', sha256(($2 || n)::bytea), now() + $2::interval FROM generate_series(1, $1) n`,
      [count, distance],
    );
    await auth.query(
      `INSERT INTO revoked_token (jti, client_id, expires_at)
       SELECT $2 || n, 'worker', now() + $2::interval FROM generate_series(1, $1) n`,
      [count, distance],
    );
    await auth.query(
      `INSERT INTO audit_event (id, occurred_at, event, outcome, details)
       SELECT gen_random_uuid(), now() + $2::interval, 'test.done', 'success', '{}'
       FROM generate_series(1, $1) n`,
      [count, distance],
    );
    await auth.query(
      `INSERT INTO client_authentication_failure (key, points, expire)
       SELECT $2 || n, 1, extract(epoch FROM now() + $2::interval) * 1000
       FROM generate_series(1, $1) n`,
      [count, distance],
    );
    return rowCounts();
  }

  function rowCounts(): Promise<Record<string, number>> {
    return countRows(TABLES);
  }

  async function everyRowCount(): Promise<Record<string, number>> {
    const tables = await auth.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    return countRows(tables.map(({ name }) => name));
  }

  async function countRows(tables: readonly string[]): Promise<Record<string, number>> {
    const counts = await Promise.all(
      tables.map(async (table) => {
        const [row] = await auth.query<{ count: number }>(
          `SELECT count(*)::int AS count FROM ${table}`,
        );
        return [table, row?.count ?? NaN] as const;
      }),
    );
    return Object.fromEntries(counts);
  }

  /** How many rows of each kind the replicas have deleted together. */
  async function sweptRows(): Promise<number[]> {
    const jobs = ['used_assertions', 'revoked_tokens', 'audit_events', 'authentication_failures'];
    return Promise.all(
      jobs.map(async (job) => {
        const counts = [0, 1].map((server) =>
          sumOf(auth.url(server), 'oauth_swept_rows_total', { job }),
        );
        return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
      }),
    );
  }
});
