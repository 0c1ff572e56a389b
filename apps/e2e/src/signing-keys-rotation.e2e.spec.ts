import type { TestDatabase } from '@m2m/testing';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify, type JSONWebKeySet } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseFor, query } from './support/databases.js';
import { members, send, shown } from './support/http.js';
import { basic, form, GRANT, type Credentials } from './support/oauth.js';
import {
  freePort,
  runToEnd,
  startApp,
  type Environment,
  type RunningApp,
} from './support/processes.js';
import { runsAsProcesses } from './support/system.js';

const RESOURCE = 'https://things.example';
const ANNOUNCEMENT_SECONDS = 10;
const ROTATION_SECONDS = 20;
const MAX_AGE_SECONDS = ANNOUNCEMENT_SECONDS / 2;
/** The longest lifetime of an access token, and a minute for clocks that differ. */
const RETENTION_SECONDS = 660;

/** Longer than a notification takes, and much shorter than replicas wait before they look by themselves. */
const AT_ONCE = { timeout: 1_000, interval: 20 };
/** How long replicas wait before they look by themselves, and some more. */
const ONE_LOOK = { timeout: 5_000, interval: 100 };

const REGISTRY = {
  resource_servers: [
    {
      identifier: RESOURCE,
      name: 'things',
      scopes: [{ name: 'things:read', description: 'Read things' }],
    },
  ],
  clients: [
    {
      client_id: 'reader',
      client_name: 'reader',
      token_endpoint_auth_method: 'client_secret_basic',
      scope: 'things:read',
    },
  ],
};

describe.runIf(runsAsProcesses)('two auth-servers on one database', () => {
  const keyEncryptionKey = randomBytes(32).toString('base64');
  let database: TestDatabase;
  let directory: string;
  let client: Credentials;
  let ports: readonly [number, number];
  let a: RunningApp;
  let b: RunningApp;
  const started: RunningApp[] = [];

  beforeAll(async () => {
    database = await databaseFor('auth-server');
    directory = await mkdtemp(join(tmpdir(), 'm2m-e2e-keys-'));
    client = await provision();
    ports = [await freePort(), await freePort()];
    [a, b] = await Promise.all([start(ports[0]), start(ports[1])]);
  });

  afterAll(async () => {
    await Promise.all([a, b].map(({ process }) => process.stop()));
    await database.drop();
    await rm(directory, { recursive: true, force: true });
  });

  it('K07 make one first key, show it both, and let it be cached for half of the announcement', async () => {
    const [shownByA, shownByB] = [await keySet(a), await keySet(b)];

    expect(shownByA.keys).toHaveLength(1);
    expect(shownByB).toEqual(shownByA);
    const { headers } = await send(`${a.url}/oauth2/jwks`);
    expect(headers.get('cache-control')).toBe(`public, max-age=${MAX_AGE_SECONDS}`);
  });

  it('K04 K05 K07 make one next key, and both show it for long before a token carries it', async () => {
    const [first] = kidsIn(await keySet(a));
    const seen = { a: new Map<string, number>(), b: new Map<string, number>() };
    const signed = new Map<string, number>();
    const lastSigners = { a: first, b: first };

    const giveUpAt = Date.now() + 2_000 * ROTATION_SECONDS;
    while (lastSigners.a === first || lastSigners.b === first) {
      expect(Date.now(), 'no other key was signed by').toBeLessThan(giveUpAt);
      const keySets = { a: await keySet(a), b: await keySet(b) };
      for (const replica of ['a', 'b'] as const) {
        for (const kid of kidsIn(keySets[replica])) noteFirst(seen[replica], kid);
        const token = await accessToken(replica === 'a' ? a : b);
        const kid = String(decodeProtectedHeader(token).kid);
        noteFirst(signed, kid);
        lastSigners[replica] = kid;
        await expectVerified(token, keySets.a);
        await expectVerified(token, keySets.b);
      }
      await pause(100);
    }

    const kids = kidsIn(await keySet(a));
    expect(kids).toHaveLength(2);
    expect(kidsIn(await keySet(b))).toEqual(kids);
    expect([...signed.keys()].sort()).toEqual([...kids].sort());
    const next = lastSigners.a ?? expect.fail('there is no next key');
    for (const shownSince of [seen.a.get(next), seen.b.get(next)]) {
      const shownForMs = (signed.get(next) ?? NaN) - (shownSince ?? NaN);
      expect(shownForMs).toBeGreaterThan(MAX_AGE_SECONDS * 1_000);
    }
  });

  it('K06 show the old key until the last token it may have signed has expired', async () => {
    const [next, old] = kidsIn(await keySet(a));
    const age = (seconds: number) =>
      query(
        database.url,
        `UPDATE signing_key SET activates_at = activates_at - make_interval(secs => $1)
         WHERE kid = ANY($2)`,
        [seconds, [next, old]],
      );
    const [row] = await query<{ age: number }>(
      database.url,
      `SELECT extract(epoch FROM now() - activates_at)::float8 AS age FROM signing_key WHERE kid = $1`,
      [next],
    );
    const left = RETENTION_SECONDS - (row?.age ?? NaN);

    await age(left - 5);
    await pause(1_000);
    expect(kidsIn(await keySet(a))).toContain(old);
    expect(kidsIn(await keySet(b))).toContain(old);

    await age(5);
    await expect.poll(async () => kidsIn(await keySet(a)), AT_ONCE).not.toContain(old);
    await expect.poll(async () => kidsIn(await keySet(b)), AT_ONCE).not.toContain(old);
    const wiped = () =>
      query(
        database.url,
        'SELECT 1 FROM signing_key WHERE kid = $1 AND sealed_private_key IS NULL',
        [old],
      );
    await expect.poll(wiped, ONE_LOOK).toHaveLength(1);
  });

  it('K06 stop at once to show and to use a key that is withdrawn, and make another', async () => {
    const { kid: leaked } = decodeProtectedHeader(await accessToken(a));

    await query(database.url, 'UPDATE signing_key SET withdrawn_at = now() WHERE kid = $1', [
      leaked,
    ]);

    for (const replica of [a, b]) {
      await expect.poll(async () => kidsIn(await keySet(replica)), AT_ONCE).not.toContain(leaked);
      const signer = async () => decodeProtectedHeader(await accessToken(replica)).kid;
      await expect.poll(signer, ONE_LOOK).not.toBe(leaked);
    }
  });

  it('go on while the key-encryption key is replaced, one after the other', async () => {
    const next = {
      AUTH_KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      AUTH_KEY_ENCRYPTION_KEY_PREVIOUS: keyEncryptionKey,
    };
    const before = kidsIn(await keySet(a));

    expect(await a.process.stop()).toBe(0);
    a = await start(ports[0], next);
    await expectVerified(await accessToken(a), await keySet(b));
    await expectVerified(await accessToken(b), await keySet(a));

    expect(await b.process.stop()).toBe(0);
    b = await start(ports[1], next);
    expect(await a.process.stop()).toBe(0);
    a = await start(ports[0], { ...next, AUTH_KEY_ENCRYPTION_KEY_PREVIOUS: '' });
    await expectVerified(await accessToken(a), await keySet(b));
    expect(kidsIn(await keySet(a))).toEqual(expect.arrayContaining(before));

    const { code, output } = await runToEnd(
      'auth-server',
      'main.js',
      environment(await freePort()),
    );
    expect(code).toBe(1);
    expect(output).toContain('AUTH_KEY_ENCRYPTION_KEY is not the one');
  });

  it('say in their logs what became of the keys, and nothing of the keys themselves', () => {
    const output = started.map(({ process }) => process.output).join('');

    for (const event of ['announced', 'activated', 'reencrypted']) {
      expect(output).toContain(`signing_key.${event}`);
    }
    expect(output).not.toContain(keyEncryptionKey);
    expect(output).not.toMatch(/"(d|p|q)":/);
  });

  async function provision(): Promise<Credentials> {
    const registry = join(directory, 'registry.json');
    await writeFile(registry, JSON.stringify(REGISTRY));
    const args = ['--registry', registry, '--credentials-dir', directory];
    const variables = { AUTH_DATABASE_URL: database.url };
    const { code, output } = await runToEnd('auth-server', 'provision.js', variables, args);
    expect(code, output).toBe(0);
    return JSON.parse(await readFile(join(directory, 'reader.json'), 'utf8')) as Credentials;
  }

  function environment(port: number): Environment {
    return {
      AUTH_SERVER_PORT: String(port),
      AUTH_DATABASE_URL: database.url,
      AUTH_KEY_ENCRYPTION_KEY: keyEncryptionKey,
      OAUTH_ISSUER: `http://localhost:${ports[0]}`,
      SIGNING_KEY_ANNOUNCEMENT_SECONDS: String(ANNOUNCEMENT_SECONDS),
      SIGNING_KEY_ROTATION_SECONDS: String(ROTATION_SECONDS),
    };
  }

  async function start(port: number, extra: Environment = {}): Promise<RunningApp> {
    const options = { port, until: '/health/ready' };
    const app = await startApp('auth-server', { ...environment(port), ...extra }, options);
    started.push(app);
    return app;
  }

  async function accessToken({ url }: RunningApp): Promise<string> {
    const answer = await send(`${url}/oauth2/token`, {
      method: 'POST',
      headers: {
        authorization: basic(client),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: form(GRANT),
    });
    expect(answer.status, shown(answer)).toBe(200);
    return String(members(answer)['access_token']);
  }

  async function expectVerified(token: string, keys: JSONWebKeySet): Promise<void> {
    const issuer = `http://localhost:${ports[0]}`;
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), { issuer });
    expect(payload.aud).toBe(RESOURCE);
  }
});

async function keySet({ url }: RunningApp): Promise<JSONWebKeySet> {
  return members(await send(`${url}/oauth2/jwks`)) as unknown as JSONWebKeySet;
}

function kidsIn({ keys }: JSONWebKeySet): string[] {
  return keys.map(({ kid }) => String(kid));
}

function noteFirst(times: Map<string, number>, kid: string): void {
  if (!times.has(kid)) times.set(kid, Date.now());
}
