import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Credentials } from './support/credentials.js';
import { members, send, shown } from './support/http.js';
import { basic, expectOAuthError } from './support/oauth.js';
import { postForm, ReplicatedSystem, tokenIn, tokenRequest } from './support/replicated-system.js';
import { runsAsProcesses } from './support/system.js';

/** Within which a change that is made at one replica is in force at the other. */
const LIMIT_MS = 1_000;
/** A change is measured several times, each with a client of its own. */
const ROUNDS = 5;

describe.runIf(runsAsProcesses)('two auth-servers behave as one', () => {
  let system: ReplicatedSystem;
  let here: string;
  let there: string;

  beforeAll(async () => {
    system = await ReplicatedSystem.start();
    [here, there] = [system.pair[0].url, system.pair[1].url];
  });

  afterAll(() => system.stop());

  it.each(['/.well-known/oauth-authorization-server', '/oauth2/jwks'])(
    'M02 K07 they show the same at %s',
    async (path) => {
      const [a, b] = [await send(`${here}${path}`), await send(`${there}${path}`)];

      expect(a.status).toBe(200);
      expect(members(b)).toEqual(members(a));
      expect(b.headers.get('cache-control')).toBe(a.headers.get('cache-control'));
    },
  );

  it('I02 V01 each knows the tokens of the other, and what has become of them', async () => {
    const reader = await system.credentialsOf('reader');
    const token = tokenIn(await tokenRequest(here, reader));
    const introspect = async (server: string) =>
      members(await postForm(`${server}/oauth2/introspect`, { token }, byBasic(reader)));

    expect(await introspect(there)).toMatchObject({ active: true, client_id: 'reader' });
    expect(await introspect(there)).toEqual(await introspect(here));

    const revoked = await postForm(`${here}/oauth2/revoke`, { token }, byBasic(reader));

    expect(revoked.status, shown(revoked)).toBe(200);
    expect(await introspect(there)).toEqual({ active: false });
  });

  it('C05 a client that is registered at one is known to the other', async () => {
    await inForceWithin('a new client is known', LIMIT_MS, async (client) => ({
      change: () => Promise.resolve(),
      isInForce: async () => (await tokenRequest(there, client)).status === 200,
    }));
  });

  it('C05 a client that is disabled at one gets no token at the other, until it is enabled', async () => {
    await inForceWithin('a disabled client is refused', LIMIT_MS, async (client) => {
      await expectKnown(client);
      return {
        change: () => administer(client, 'disable'),
        isInForce: async () => (await tokenRequest(there, client)).status === 401,
      };
    });
    await inForceWithin('an enabled client gets tokens', LIMIT_MS, async (client) => {
      await administer(client, 'disable');
      return {
        change: () => administer(client, 'enable'),
        isInForce: async () => (await tokenRequest(there, client)).status === 200,
      };
    });
  });

  it('C02 a secret that is ended at one is refused at the other', async () => {
    await inForceWithin('an ended secret is refused', LIMIT_MS, async (client) => {
      const next = await rotateSecret(client);
      await expectKnown(next);
      await expectKnown(client);
      const secretId = await oldestSecretOf(client);
      return {
        change: () => administer(client, `secrets/${secretId}`, 'DELETE', 204),
        isInForce: async () => {
          const { status } = await tokenRequest(there, client);
          expect((await tokenRequest(there, next)).status).toBe(200);
          return status === 401;
        },
      };
    });
  });

  it('C01 a secret that is made at one is known to the other, and the former ends when it should', async () => {
    const client = await newClient();
    await expectKnown(client);

    const next = await rotateSecret(client, 2);
    const rotatedAt = Date.now();
    for (const server of [here, there]) {
      expect((await tokenRequest(server, next)).status).toBe(200);
      expect((await tokenRequest(server, client)).status).toBe(200);
    }
    await pause(rotatedAt + 2_000 - Date.now());

    for (const server of [there, here]) {
      expectOAuthError(await tokenRequest(server, client), 401, 'invalid_client');
      expect((await tokenRequest(server, next)).status).toBe(200);
    }
  });

  it('V01 tokens that are revoked all together at one are so at the other', async () => {
    const client = await newClient();
    const token = tokenIn(await tokenRequest(there, client));
    const introspect = async (text: string) =>
      members(await postForm(`${there}/oauth2/introspect`, { token: text }, byBasic(client)));
    expect(await introspect(token)).toMatchObject({ active: true });

    await administer(client, 'revoke-tokens');

    expect(await introspect(token)).toEqual({ active: false });
    await vi.waitFor(
      async () => {
        const next = tokenIn(await tokenRequest(there, client));
        expect(await introspect(next)).toMatchObject({ active: true });
      },
      { timeout: LIMIT_MS, interval: 10 },
    );
  });

  it('C05 a client that is deleted at one is gone at the other', async () => {
    await inForceWithin('a deleted client is refused', LIMIT_MS, async (client) => {
      await expectKnown(client);
      return {
        change: () => administer(client, '', 'DELETE', 204),
        isInForce: async () => (await tokenRequest(there, client)).status === 401,
      };
    });
  });

  interface Change {
    /** Ends when the first replica has answered that it is made. */
    readonly change: () => Promise<void>;
    readonly isInForce: () => Promise<boolean>;
  }

  /** Measures how long a change takes to arrive at the other replica. */
  async function inForceWithin(
    what: string,
    limitMs: number,
    prepare: (client: Credentials) => Promise<Change>,
  ): Promise<void> {
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { change, isInForce } = await prepare(await newClient());
      await change();
      const changedAt = performance.now();
      while (!(await isInForce())) {
        expect(performance.now() - changedAt, `${what}: not yet`).toBeLessThan(limitMs);
      }
      times.push(Math.round(performance.now() - changedAt));
    }
    console.info(`replicas: ${what} at the other one after ${times.join(', ')} ms`);
    expect(Math.max(...times), what).toBeLessThan(limitMs);
  }

  async function newClient(): Promise<Credentials> {
    const body = { scope: 'orders:read' };
    const answer = await system.administer('clients', { body, at: here, status: 201 });
    const { client_id, client_secret } = members(answer);
    return { client_id: String(client_id), client_secret: String(client_secret) };
  }

  async function expectKnown(client: Credentials): Promise<void> {
    expect((await tokenRequest(there, client)).status).toBe(200);
  }

  async function rotateSecret(client: Credentials, overlapSeconds = 3_600): Promise<Credentials> {
    const body = { overlap_seconds: overlapSeconds };
    const path = `clients/${client.client_id}/rotate-secret`;
    const answer = await system.administer(path, { body, at: here });
    return { ...client, client_secret: String(members(answer)['client_secret']) };
  }

  async function oldestSecretOf({ client_id }: Credentials): Promise<string> {
    const answer = await system.administer(`clients/${client_id}`, { method: 'GET', at: here });
    const [oldest] = members(answer)['client_secrets'] as readonly { readonly secret_id: string }[];
    return oldest?.secret_id ?? '';
  }

  async function administer(
    { client_id }: Credentials,
    path: string,
    method = 'POST',
    status = 200,
  ): Promise<void> {
    const target = ['clients', client_id, path].filter((part) => part !== '').join('/');
    await system.administer(target, { method, status, at: here });
  }
});

const byBasic = (credentials: Credentials) => ({ authorization: basic(credentials) });
