import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { members, send, shown, type Answer } from './support/http.js';
import { accessTokenFor, expectOAuthError, requestToken } from './support/oauth.js';
import { callOrders, problemIn, postOrder } from './support/orders.js';
import {
  freeze,
  isOurOwn,
  pidOf,
  start,
  stop,
  system,
  thaw,
  waitUntilReady,
} from './support/system.js';

const TIME_LIMIT_MS = 10_000;
const APPS = [
  ['auth-server', system.authServer],
  ['orders-api', system.ordersApi],
  ['billing-worker', system.billingWorker],
] as const;

describe.runIf(isOurOwn)('without the database', () => {
  let token: string;

  beforeAll(async () => {
    token = await accessTokenFor('e2e-basic');
  });

  async function timed(request: Promise<Answer>): Promise<Answer> {
    const started = performance.now();
    const answer = await request;
    expect(performance.now() - started, shown(answer)).toBeLessThan(TIME_LIMIT_MS);
    return answer;
  }

  async function expectUnavailable(): Promise<void> {
    const tokenAnswer = await timed(requestToken('e2e-basic'));
    expectOAuthError(tokenAnswer, 503, 'temporarily_unavailable');
    expect(tokenAnswer.headers.get('retry-after')).toMatch(/^\d+$/);
    problemIn(await timed(callOrders('/orders', { token })), 503);
    problemIn(await timed(postOrder(token)), 503);
    for (const [, url] of APPS) {
      const ready = await timed(send(`${url}/health/ready`));
      expect(ready.status, url).toBe(503);
      expect(members(ready)['checks']).toMatchObject({ database: 'down' });
      expect((await timed(send(`${url}/health/live`))).status).toBe(200);
      const metrics = await timed(send(`${url}/metrics`));
      expect(metrics.status).toBe(200);
      expect(metrics.text).toMatch(/^service_dependency_up\{dependency="database".*\} 0$/m);
    }
    problemIn(await timed(send(`${system.billingWorker}/billing/summary`)), 503);
  }

  async function expectHealed(pids: readonly unknown[]): Promise<void> {
    for (const [name] of APPS) await waitUntilReady(name);
    expect((await requestToken('e2e-basic')).status).toBe(200);
    expect((await postOrder(token)).status).toBe(201);
    expect(await processIds()).toEqual(pids);
  }

  const processIds = () => Promise.all(APPS.map(([name]) => pidOf(name)));

  describe('while it is stopped', () => {
    afterEach(() => waitUntilReady('postgres'));

    it(
      'O03 answers 503, is alive but not ready, and heals without a restart',
      { timeout: 120_000 },
      async () => {
        const pids = await processIds();
        await stop('postgres');
        try {
          await expectUnavailable();
          expect((await send(`${system.authServer}/oauth2/jwks`)).status).toBe(200);
        } finally {
          await start('postgres');
        }
        await expectHealed(pids);
      },
    );
  });

  describe.runIf(process.platform !== 'win32')('while it hangs', () => {
    it(
      'O03 answers 503 within the time limit, and heals without a restart',
      { timeout: 180_000 },
      async () => {
        const pids = await processIds();
        await freeze('postgres');
        try {
          // A client in memory is trusted for a second after the database was last heard of.
          await vi.waitUntil(async () => (await requestToken('e2e-basic')).status !== 200, {
            timeout: TIME_LIMIT_MS,
          });
          await expectUnavailable();
        } finally {
          await thaw('postgres');
        }
        await vi.waitFor(() => expectHealed(pids), { timeout: 60_000, interval: 500 });
      },
    );
  });
});
