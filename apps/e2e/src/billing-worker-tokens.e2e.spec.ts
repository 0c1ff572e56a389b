import { TestSigningKey, type TestAnswer } from '@m2m/testing';
import { createLocalJWKSet, exportJWK, jwtVerify } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { privateKeyOf } from './support/credentials.js';
import { databaseFor } from './support/databases.js';
import { send } from './support/http.js';
import { basic } from './support/oauth.js';
import { answers, startApp } from './support/processes.js';
import { runsAsProcesses, system } from './support/system.js';
import {
  authorizationsOf,
  CLIENT,
  pendingOrders,
  SOON,
  tokenAnswer,
  WorkerWorld,
} from './support/worker-world.js';

describe.runIf(runsAsProcesses)('the tokens of the billing-worker', () => {
  // Not beside others, as it measures time.
  it('B01 renews a token before it ends, and uses none after its end', async ({
    onTestFinished,
  }) => {
    const world = await WorkerWorld.create(onTestFinished);
    const lifetime = 4;
    world.onToken = (_request, count) => tokenAnswer(count, { expires_in: lifetime });
    await world.startWorker();

    await vi.waitFor(async () => {
      // Readiness needs a token as well, which makes for many calls.
      expect(await answers(`${world.url}/health/ready`)).toBe(true);
      expect(world.tokenRequests).toHaveLength(4);
    }, SOON);

    const asked = world.tokenRequests.map(({ at }) => at);
    for (const [index, at] of asked.slice(1).entries()) {
      const age = (at - (asked[index] ?? 0)) / 1_000;
      expect(age).toBeGreaterThan(0.75 * lifetime);
      expect(age).toBeLessThan(lifetime);
    }
    for (const { at, headers } of world.apiRequests) {
      const number = Number(headers.authorization?.replace('Bearer token-', ''));
      expect(at - (asked[number - 1] ?? 0)).toBeLessThan(lifetime * 1_000);
    }
  });
});

describe.runIf(runsAsProcesses)('a billing-worker with a key', () => {
  it.each(['ES256', 'PS256', 'EdDSA'])(
    'P01 gets a token of the auth-server by its %s key',
    async (algorithm) => {
      const clientId = `e2e-key-${algorithm.toLowerCase()}`;
      const database = await databaseFor('billing-worker');
      const worker = await startApp('billing-worker', {
        BILLING_DATABASE_URL: database.url,
        OAUTH_ISSUER: system.authServer,
        OAUTH_CLIENT_ID: clientId,
        OAUTH_CLIENT_AUTH_METHOD: 'private_key_jwt',
        OAUTH_CLIENT_PRIVATE_KEY: JSON.stringify(await privateKeyOf(clientId)),
        // Not to bill anything of the other tests.
        OAUTH_SCOPE: 'orders:read',
        ORDERS_API_URL: system.ordersApi,
      });
      try {
        await vi.waitFor(async () => {
          expect((await send(`${worker.url}/health/ready`)).text).toContain('"access token":"up"');
        }, SOON);
      } finally {
        await worker.process.stop();
        await database.drop();
      }
    },
  );
});

describe.runIf(runsAsProcesses)(
  'the token requests of the billing-worker',
  { concurrent: true },
  () => {
    it('B01 uses one token for all calls of its lifetime', async ({ onTestFinished }) => {
      const world = await WorkerWorld.create(onTestFinished);
      world.pending = pendingOrders(30);
      await world.startWorker();

      await vi.waitFor(() => expect(world.lists.length).toBeGreaterThanOrEqual(4), SOON);

      expect(world.reports).toHaveLength(30);
      expect(world.tokenRequests).toHaveLength(1);
      expect(new Set(authorizationsOf(world.apiRequests))).toEqual(new Set(['Bearer token-1']));
    });

    it('B02 asks for one token however many wait for it', async ({ onTestFinished }) => {
      const world = await WorkerWorld.create(onTestFinished);
      let release: (answer: TestAnswer) => void = () => undefined;
      const held = new Promise<TestAnswer>((resolve) => (release = resolve));
      world.onToken = () => held;
      await world.startWorker();

      const waiting = Array.from({ length: 50 }, () => send(`${world.url}/health/ready`));
      await vi.waitFor(() => expect(world.tokenRequests.length).toBeGreaterThan(0), SOON);
      const live = await send(`${world.url}/health/live`);
      release(tokenAnswer(1));

      expect(live.status).toBe(200);
      expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(
        Array.from({ length: 50 }, () => 200),
      );
      expect(world.tokenRequests).toHaveLength(1);
    });

    it.for(['bearer', 'BEARER'])(
      'B07 takes the token type "%s"',
      async (type, { onTestFinished }) => {
        const world = await WorkerWorld.create(onTestFinished);
        world.onToken = (_request, count) => tokenAnswer(count, { token_type: type });
        await world.startWorker();

        await vi.waitFor(() => expect(world.lists.length).toBeGreaterThan(0), SOON);

        expect(world.lists[0]?.headers.authorization).toBe('Bearer token-1');
      },
    );

    it.for(['DPoP', '', undefined])(
      'B07 does not use a token of type "%s"',
      async (type, { onTestFinished }) => {
        const world = await WorkerWorld.create(onTestFinished);
        world.onToken = (_request, count) => tokenAnswer(count, { token_type: type });
        await world.startWorker();

        await vi.waitFor(() => expect(world.failedRuns).toBeGreaterThanOrEqual(2), SOON);

        expect(world.apiRequests).toEqual([]);
      },
    );

    it('B10 asks for the scopes it needs and for the resource it calls', async ({
      onTestFinished,
    }) => {
      const world = await WorkerWorld.create(onTestFinished);
      await world.startWorker();
      await vi.waitFor(() => expect(world.tokenRequests).toHaveLength(1), SOON);

      const [request] = world.tokenRequests;
      const parameters = new URLSearchParams(request?.body);
      expect(Object.fromEntries(parameters)).toEqual({
        grant_type: 'client_credentials',
        scope: 'orders:read orders:bill',
        resource: world.ordersApi.url,
      });
      expect(request?.headers.authorization).toBe(basic(CLIENT));
      expect(request?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    });

    it('B10 authenticates in the body where it is registered for that, and asks for the audience it is given', async ({
      onTestFinished,
    }) => {
      const world = await WorkerWorld.create(onTestFinished);
      await world.startWorker({
        OAUTH_CLIENT_AUTH_METHOD: 'client_secret_post',
        ORDERS_API_AUDIENCE: 'urn:example:orders',
        OAUTH_TOKEN_ENDPOINT: `${world.authServer.url}/token`,
      });
      await vi.waitFor(() => expect(world.tokenRequests).toHaveLength(1), SOON);

      const [request] = world.tokenRequests;
      const parameters = Object.fromEntries(new URLSearchParams(request?.body));
      expect(parameters).toMatchObject({ ...CLIENT, resource: 'urn:example:orders' });
      expect(request?.headers.authorization).toBeUndefined();
      expect(world.authServer.requestsTo('/.well-known/oauth-authorization-server')).toEqual([]);
    });

    it('B09 P01 authenticates by its key where it is registered for that, by a new assertion at each try', async ({
      onTestFinished,
    }) => {
      const world = await WorkerWorld.create(onTestFinished);
      const key = await TestSigningKey.generate('worker-key');
      const jwk = { ...(await exportJWK(key.privateKey)), kid: key.kid };
      world.onToken = (_request, count) => (count < 3 ? { status: 503 } : tokenAnswer(count));
      await world.startWorker({
        OAUTH_CLIENT_AUTH_METHOD: 'private_key_jwt',
        OAUTH_CLIENT_PRIVATE_KEY: JSON.stringify(jwk),
        OAUTH_CLIENT_SECRET: '',
      });
      await vi.waitFor(() => expect(world.lists.length).toBeGreaterThan(0), SOON);

      const keys = createLocalJWKSet({ keys: [key.publicJwk] });
      const expected = {
        issuer: CLIENT.client_id,
        subject: CLIENT.client_id,
        audience: world.authServer.url,
        typ: 'client-authentication+jwt',
      };
      const ids = new Set<unknown>();
      for (const { body, headers } of world.tokenRequests) {
        const form = new URLSearchParams(body);
        const { payload } = await jwtVerify(form.get('client_assertion') ?? '', keys, expected);
        expect(form.has('client_secret')).toBe(false);
        expect(headers.authorization).toBeUndefined();
        ids.add(payload.jti);
      }
      expect(ids.size).toBe(world.tokenRequests.length);
      expect(world.log).not.toContain(jwk.d);
    });

    it('B10 asks for other scopes, and by another name, where its issuer wants that', async ({
      onTestFinished,
    }) => {
      const world = await WorkerWorld.create(onTestFinished);
      await world.startWorker({
        OAUTH_SCOPE: 'api://orders/.default',
        OAUTH_AUDIENCE_PARAMETER: 'audience',
        ORDERS_API_AUDIENCE: 'api://orders',
      });
      await vi.waitFor(() => expect(world.tokenRequests).toHaveLength(1), SOON);

      const [request] = world.tokenRequests;
      expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
        grant_type: 'client_credentials',
        scope: 'api://orders/.default',
        audience: 'api://orders',
      });
    });
  },
);
