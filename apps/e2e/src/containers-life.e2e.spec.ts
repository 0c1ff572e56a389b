import { decodeJwt } from 'jose';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { closeDatabaseTunnel, openDatabaseTunnel } from './setup/database-tunnel.js';
import { compose, containersOf, docker } from './setup/docker.js';
import { evaluate, inspect, NODE_SERVICES, SERVICES } from './support/containers.js';
import { members, readPlain } from './support/http.js';
import { billingProgress, invoicesFor } from './support/invoices.js';
import { accessTokenFor } from './support/oauth.js';
import {
  callOrders,
  listOrders,
  newOrder,
  placeOrder,
  showOrder,
  type Order,
} from './support/orders.js';
import { expectNoSecretInLogs } from './support/secrets.js';
import { startOrder } from './support/started-order.js';
import { kill, own, pidOf, runsInContainers, system, waitUntilReady } from './support/system.js';

const SEEDED = 12;
const SOON = { timeout: 60_000, interval: 200 };
/** Stopping, starting and checking of nine containers, one after the other. */
const PATIENCE = { timeout: 300_000 };

const upAndHealthy = (...options: string[]) => compose(['up', '--detach', '--wait', ...options]);

describe.runIf(runsInContainers)('the composed system', () => {
  let token: string;

  beforeAll(async () => {
    token = await accessTokenFor('e2e-basic');
  });

  const placeMany = (count: number) =>
    Promise.all(Array.from({ length: count }, () => placeOrder(token)));

  async function expectBilledExactlyOnce(orders: readonly Order[]): Promise<void> {
    await vi.waitFor(async () => {
      expect((await billingProgress(orders)).acknowledged).toBe(orders.length);
    }, SOON);
    const invoices = await invoicesFor(orders);
    expect(invoices).toHaveLength(orders.length);
    expect(new Set(invoices.map(({ orderId }) => orderId)).size).toBe(orders.length);
  }

  it('has billed all seeded orders within 30 seconds', async () => {
    // The oldest orders of all, which nobody but the one-shot can have placed.
    const { items } = await listOrders(token, { limit: String(SEEDED) });

    expect(items).toHaveLength(SEEDED);
    for (const { createdAt, billedAt, status } of items) {
      expect(status).toBe('billed');
      expect(Date.parse(billedAt ?? '') - Date.parse(createdAt)).toBeLessThan(30_000);
    }
  });

  it('J03 names one issuer inside and outside, and both sides get tokens that verify', async () => {
    const getToken = `
      import { readFileSync } from 'node:fs';
      const secret = readFileSync(process.env.OAUTH_CLIENT_SECRET_FILE, 'utf8').trim();
      const response = await fetch(process.env.OAUTH_TOKEN_ENDPOINT, {
        method: 'POST',
        headers: { authorization: 'Basic ' + Buffer.from('billing-worker:' + secret).toString('base64') },
        body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'orders:read' }),
      });
      console.log((await response.json()).access_token);`;

    const inside = await evaluate('billing-worker', getToken);

    for (const [side, accessToken] of Object.entries({ inside, outside: token })) {
      expect(decodeJwt(accessToken).iss, side).toBe(system.authServer);
      const answer = await callOrders('/orders?limit=1', { token: accessToken });
      expect(answer.status, side).toBe(200);
    }
  });

  it.each(NODE_SERVICES)('starts %s again after a crash', PATIENCE, async (service) => {
    const [container = ''] = await containersOf(service);
    const restarts = async () =>
      Number(await docker(['inspect', '--format', '{{.RestartCount}}', container]));
    const before = await restarts();

    await docker([...['exec', container, 'node', '--eval'], 'process.kill(-1, "SIGKILL")']).catch(
      () => undefined,
    );

    await vi.waitFor(async () => {
      expect(await restarts()).toBe(before + 1);
      const { State } = await inspect(service);
      expect(State).toMatchObject({ Status: 'running', Health: { Status: 'healthy' } });
    }, SOON);
    await expectBilledExactlyOnce([await placeOrder(token)]);
  });

  it('goes on when the database was killed, without a restart of the apps', PATIENCE, async () => {
    const pids = () =>
      Promise.all((['auth-server', 'orders-api', 'billing-worker'] as const).map(pidOf));
    const before = await pids();

    await kill('postgres');
    await waitUntilReady('postgres');

    const order = await vi.waitFor(() => placeOrder(token), SOON);
    await expectBilledExactlyOnce([order]);
    for (const app of ['auth-server', 'orders-api', 'billing-worker'] as const) {
      await waitUntilReady(app);
    }
    expect(await pids()).toEqual(before);
  });

  describe('scaled out', () => {
    afterEach(async () => {
      await upAndHealthy('--scale', 'billing-worker=1', '--scale', 'orders-api=1');
    }, PATIENCE.timeout);

    it(
      'bills each order exactly once, with several workers and all replicas of the API at work',
      PATIENCE,
      async () => {
        await upAndHealthy('--scale', 'billing-worker=3', '--scale', 'orders-api=2');
        const apis = await containersOf('orders-api');
        expect(apis).toHaveLength(2);
        expect(await containersOf('billing-worker')).toHaveLength(3);
        const since = new Date().toISOString();

        const orders = await placeMany(150);

        await expectBilledExactlyOnce(orders);
        for (const { id } of orders) expect((await showOrder(token, id)).status).toBe('billed');
        for (const api of apis) {
          const log = await docker(['logs', '--since', since, api]);
          expect(log, 'a replica without a request').toContain('"event":"http.request"');
        }
      },
    );
  });

  it('finishes the request at hand when orders-api is asked to stop', PATIENCE, async () => {
    const [container = ''] = await containersOf('orders-api');
    const body = JSON.stringify(newOrder());
    const request = await startOrder(system.ordersApi, token, body);
    const response = once(request, 'response') as Promise<[IncomingMessage]>;

    const stopped = docker(['stop', container]);
    await vi.waitFor(async () => {
      await expect(callOrders('/orders?limit=1', { token })).rejects.toThrow();
    }, SOON);
    request.end(body);

    const answer = await readPlain((await response)[0]);
    expect(answer.status).toBe(201);
    await stopped;
    expect((await inspect('orders-api')).State).toMatchObject({ Status: 'exited', ExitCode: 0 });
    await upAndHealthy();
    await expectBilledExactlyOnce([members(answer) as unknown as Order]);
  });

  it('stops in good order, and after down and up goes on with its data', PATIENCE, async () => {
    const port = Number(new URL(own().ordersDatabaseUrl).port);
    const order = await placeOrder(token);
    await expectBilledExactlyOnce([order]);
    const kid = signingKeyOf(token);

    await expectNoSecretInLogs();
    await compose(['stop']);
    for (const service of SERVICES) {
      expect((await inspect(service)).State, service).toMatchObject({ ExitCode: 0 });
    }
    await closeDatabaseTunnel();
    await compose(['down']);
    expect(await compose(['ps', '--all', '--quiet'])).toBe('');
    await upAndHealthy();
    await openDatabaseTunnel(port);

    const renewed = await accessTokenFor('e2e-basic');
    expect(signingKeyOf(renewed)).toBe(kid);
    expect(await showOrder(renewed, order.id)).toMatchObject({ status: 'billed' });
    // Seeded once, and not at every start.
    const { items } = await listOrders(renewed, { limit: '100' });
    expect(items.filter(({ customerId }) => /^customer-\d{4}$/.test(customerId))).toHaveLength(
      SEEDED,
    );
    await expectBilledExactlyOnce([await placeOrder(renewed)]);
  });
});

function signingKeyOf(token: string): unknown {
  const [header = ''] = token.split('.');
  return (JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: unknown }).kid;
}
