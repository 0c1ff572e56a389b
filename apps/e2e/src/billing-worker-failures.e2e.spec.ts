import { TestHttpServer, type TestAnswer } from '@m2m/testing';
import { describe, expect, it, vi } from 'vitest';
import { members, send } from './support/http.js';
import { runsAsProcesses } from './support/system.js';
import {
  authorizationsOf,
  CLIENT,
  pendingOrders,
  SOON,
  tokenAnswer,
  WorkerWorld,
} from './support/worker-world.js';

const invalidToken: TestAnswer = {
  status: 401,
  headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
};

describe.runIf(runsAsProcesses)('the billing-worker among failures', { concurrent: true }, () => {
  it('B04 answers invalid_token by one new token and one more try', async ({ onTestFinished }) => {
    const world = await WorkerWorld.create(onTestFinished);
    world.pending = pendingOrders(3);
    world.onApi = (request) =>
      request.headers.authorization === 'Bearer token-1'
        ? invalidToken
        : world.serveOrders(request);
    await world.startWorker();

    await vi.waitFor(() => expect(world.reports).toHaveLength(3), SOON);

    expect(authorizationsOf(world.lists.slice(0, 2))).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(world.tokenRequests).toHaveLength(2);
    expect(world.failedRuns).toBe(0);
  });

  it('B04 gives up a run at the second invalid_token, and floods nobody', async ({
    onTestFinished,
  }) => {
    const world = await WorkerWorld.create(onTestFinished);
    world.onApi = () => invalidToken;
    await world.startWorker();

    await vi.waitFor(() => expect(world.failedRuns).toBeGreaterThanOrEqual(4), SOON);

    const runs = [...Map.groupBy(world.lists, ({ headers }) => headers['x-request-id']).values()];
    expect(authorizationsOf(runs[0] ?? [])).toEqual(['Bearer token-1', 'Bearer token-2']);
    for (const run of runs) expect(run.length).toBeLessThanOrEqual(2);
    // A token is replaced every ten seconds at most, while there is a run each second.
    const seconds = ((world.lists.at(-1)?.at ?? 0) - (world.lists[0]?.at ?? 0)) / 1_000;
    expect(world.tokenRequests.length).toBeLessThanOrEqual(2 + seconds / 10);
  });

  it('B04 does not try again what its scope does not cover', async ({ onTestFinished }) => {
    const world = await WorkerWorld.create(onTestFinished);
    world.onApi = () => ({
      status: 403,
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="orders:read"' },
    });
    await world.startWorker();

    await vi.waitFor(() => expect(world.failedRuns).toBeGreaterThanOrEqual(3), SOON);

    expect(world.tokenRequests).toHaveLength(1);
    expect(world.lists.length).toBeLessThanOrEqual(world.failedRuns + 1);
  });

  it.for([429, 503])(
    'B05 waits as Retry-After says before it asks for a token again after %d',
    async (status, { onTestFinished }) => {
      const world = await WorkerWorld.create(onTestFinished);
      world.onToken = (_request, count) =>
        count === 1
          ? { status, headers: { 'retry-after': '4' }, body: { error: 'temporarily_unavailable' } }
          : tokenAnswer(count);
      await world.startWorker();

      await vi.waitFor(() => expect(world.lists.length).toBeGreaterThan(0), SOON);

      const [first, second] = world.tokenRequests;
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(3_900);
    },
  );

  it.for([429, 503])(
    'B05 waits as Retry-After says before it calls the API again after %d',
    async (status, { onTestFinished }) => {
      const world = await WorkerWorld.create(onTestFinished);
      world.onApi = (request, count) =>
        count === 1 ? { status, headers: { 'retry-after': '4' } } : world.serveOrders(request);
      await world.startWorker();

      await vi.waitFor(() => expect(world.lists.length).toBeGreaterThanOrEqual(2), SOON);

      const [first, second] = world.lists;
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(3_900);
    },
  );

  it('B05 does not ask again and again once its credentials are refused', async ({
    onTestFinished,
  }) => {
    const world = await WorkerWorld.create(onTestFinished);
    world.onToken = () => ({ status: 401, body: { error: 'invalid_client' } });
    await world.startWorker();

    await vi.waitFor(() => expect(world.failedRuns).toBeGreaterThanOrEqual(5), SOON);

    expect(world.tokenRequests).toHaveLength(1);
    expect(world.apiRequests).toEqual([]);
  });

  it('B06 refuses metadata that names another issuer', async ({ onTestFinished }) => {
    const world = await WorkerWorld.create(onTestFinished);
    world.namedIssuer = 'https://issuer.example';
    await world.startWorker();

    await vi.waitFor(() => expect(world.failedRuns).toBeGreaterThanOrEqual(2), SOON);

    expect(world.tokenRequests).toEqual([]);
    const ready = await send(`${world.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(members(ready)['checks']).toMatchObject({ 'access token': 'down' });
  });

  it('stays ready, though degraded, while the issuer is away and a token is left', async ({
    onTestFinished,
  }) => {
    const world = await WorkerWorld.create(onTestFinished);
    world.onToken = (_request, count) =>
      count === 1 ? tokenAnswer(1, { expires_in: 20 }) : { status: 503 };
    await world.startWorker();
    const state = async () => {
      const answer = await send(`${world.url}/health/ready`);
      return { status: answer.status, checks: members(answer)['checks'] };
    };
    await vi.waitFor(
      async () =>
        expect(await state()).toMatchObject({
          status: 200,
          checks: { 'access token': 'degraded' },
        }),
      SOON,
    );
    await vi.waitFor(
      async () =>
        expect(await state()).toMatchObject({ status: 503, checks: { 'access token': 'down' } }),
      SOON,
    );
    world.onToken = (_request, count) => tokenAnswer(count);
    await vi.waitFor(
      async () =>
        expect(await state()).toMatchObject({ status: 200, checks: { 'access token': 'up' } }),
      SOON,
    );
  });

  it.for([302, 307])(
    'B08 follows no redirect (%d) with its token',
    async (status, { onTestFinished }) => {
      const world = await WorkerWorld.create(onTestFinished);
      const elsewhere = await TestHttpServer.start(() => ({
        body: { items: [], nextCursor: null },
      }));
      world.onApi = () => ({ status, headers: { location: `${elsewhere.url}/orders` } });
      await world.startWorker();

      await vi.waitFor(() => expect(world.failedRuns).toBeGreaterThanOrEqual(2), SOON);
      await elsewhere.stop();

      expect(elsewhere.requests).toEqual([]);
    },
  );

  it('B08 follows no redirect with its secret', async ({ onTestFinished }) => {
    const world = await WorkerWorld.create(onTestFinished);
    const elsewhere = await TestHttpServer.start(() => tokenAnswer(1));
    world.onToken = () => ({ status: 307, headers: { location: `${elsewhere.url}/token` } });
    await world.startWorker();

    await vi.waitFor(() => expect(world.failedRuns).toBeGreaterThanOrEqual(2), SOON);
    await elsewhere.stop();

    expect(elsewhere.requests).toEqual([]);
  });

  it('B08 puts neither token nor secret into a URL or a log', async ({ onTestFinished }) => {
    const world = await WorkerWorld.create(onTestFinished);
    const token = 'eyJhbGciOiJFUzI1NiJ9.eyJ0ZXN0IjoxfQ.c2lnbmF0dXJlLW9mLWEtdGVzdA';
    world.onToken = (_request, count) => tokenAnswer(count, { access_token: token });
    world.pending = pendingOrders(2);
    await world.startWorker({ LOG_LEVEL: 'debug' });

    await vi.waitFor(() => expect(world.reports).toHaveLength(2), SOON);
    world.onApi = () => ({ status: 500, body: { echoed: token } });
    await vi.waitFor(() => expect(world.failedRuns).toBeGreaterThan(0), SOON);

    for (const { path } of [...world.apiRequests, ...world.authServer.requests]) {
      expect(path).not.toContain(token);
      expect(path).not.toContain(CLIENT.client_secret);
    }
    expect(world.log).toContain('billing.run');
    for (const secret of [token, CLIENT.client_secret]) expect(world.log).not.toContain(secret);
  });
});
