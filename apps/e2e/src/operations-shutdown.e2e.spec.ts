import { TestIssuer } from '@m2m/testing';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it, vi } from 'vitest';
import { databaseFor, query } from './support/databases.js';
import { GuardedApi } from './support/guarded-api.js';
import { members, readPlain, send, sendPlain } from './support/http.js';
import { newOrder } from './support/orders.js';
import { startOrder } from './support/started-order.js';
import { answers, freePort, startApp, type Environment } from './support/processes.js';
import { runsAsProcesses, system } from './support/system.js';
import { pendingOrders, SOON, WorkerWorld } from './support/worker-world.js';

describe.runIf(runsAsProcesses)('on SIGTERM', () => {
  it('orders-api finishes the request at hand, takes no further one, and exits 0', async () => {
    const issuer = await TestIssuer.start();
    const api = await GuardedApi.start(issuer);
    const body = JSON.stringify(newOrder());
    const request = await startOrder(api.url, await api.token({ scope: 'orders:write' }), body);
    const response = once(request, 'response') as Promise<[IncomingMessage]>;

    api.process.signal('SIGTERM');
    await vi.waitFor(async () => expect(await answers(`${api.url}/health/live`)).toBe(false), {
      timeout: 10_000,
      interval: 20,
    });
    expect(api.process.hasEnded).toBe(false);
    request.end(body);

    const answer = await readPlain((await response)[0]);
    expect(answer.status).toBe(201);
    expect(members(answer)['status']).toBe('pending');
    expect(await api.process.exit).toBe(0);
    await issuer.stop();
  });

  it('auth-server exits 0, although clients keep their connections', async () => {
    const { url, process, database } = await startAuthServer();
    expect((await send(`${url}/oauth2/jwks`)).status).toBe(200);

    expect(await process.stop()).toBe(0);
    await expect(sendPlain(`${url}/oauth2/jwks`, { method: 'GET' })).rejects.toThrow(
      /ECONNREFUSED/,
    );
    await database.drop();
  });

  it('auth-server and orders-api exit 0 in time, although somebody has a connection open and says nothing', async ({
    onTestFinished,
  }) => {
    const issuer = await TestIssuer.start();
    const api = await GuardedApi.start(issuer);
    const managementPort = await freePort();
    const authServer = await startAuthServer({ MANAGEMENT_PORT: String(managementPort) });
    const management = `http://localhost:${managementPort}`;
    await saysNothing([authServer.url, management, api.url], onTestFinished);

    await endInTime(() => [authServer.process.stop(), api.process.stop()]);
    await issuer.stop();
    await authServer.database.drop();
  });

  it('billing-worker finishes the reports at hand, leaves the others to be taken up, and exits 0', async ({
    onTestFinished,
  }) => {
    const world = await WorkerWorld.create(onTestFinished);
    world.pending = pendingOrders(20);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    world.onApi = async (request) => {
      if (request.method === 'PUT') await held;
      return world.serveOrders(request);
    };
    await world.startWorker();
    await vi.waitFor(() => expect(world.reports.length).toBeGreaterThan(0), SOON);

    const ended = world.stopWorker();
    // Its answer takes the worker several turns, in the first of which it hears of the signal.
    await send(`${world.url}/health/ready`);
    release();

    expect(await ended).toBe(0);
    const sent = world.reports.length;
    // Eight at once in each of two batches.
    expect(sent).toBeLessThanOrEqual(16);
    expect(world.pending).toHaveLength(20 - sent);
    await expect(
      query(
        world.databaseUrl,
        `SELECT
           (SELECT count(*)::int FROM invoice WHERE status = 'acknowledged') AS done,
           (SELECT count(*)::int FROM pgboss.job
             WHERE name = 'report-invoice' AND state < 'active') AS waiting`,
      ),
    ).resolves.toEqual([{ done: sent, waiting: 20 - sent }]);
  });

  it('billing-worker exits 0 in time, although somebody has a connection open and says nothing', async ({
    onTestFinished,
  }) => {
    const world = await WorkerWorld.create(onTestFinished);
    await world.startWorker();
    await saysNothing([world.url], onTestFinished);

    await endInTime(() => [world.stopWorker()]);
  });
});

/** Opens a connection to each of these and sends nothing over it. */
async function saysNothing(
  urls: readonly string[],
  onTestFinished: (close: () => void) => void,
): Promise<void> {
  for (const url of urls) {
    const silent = connect(Number(new URL(url).port), 'localhost').on('error', () => undefined);
    onTestFinished(() => void silent.destroy());
    await once(silent, 'connect');
    // Connections are accepted in turn: with this answer the silent one has been, too.
    await send(`${url}/health/live`);
  }
}

/** Before `npm start` kills, after ten seconds, which no orchestrator does earlier. */
async function endInTime(stop: () => readonly Promise<unknown>[]): Promise<void> {
  const startedAt = performance.now();
  const codes = await Promise.all(stop());
  expect(codes).toEqual(codes.map(() => 0));
  expect(performance.now() - startedAt).toBeLessThan(9_000);
}

async function startAuthServer(extra: Environment = {}) {
  const database = await databaseFor('auth-server');
  const environment = {
    AUTH_DATABASE_URL: database.url,
    AUTH_KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    OAUTH_ISSUER: system.authServer,
    ...extra,
  };
  const app = await startApp('auth-server', environment, { until: '/oauth2/jwks' });
  return { ...app, database };
}
