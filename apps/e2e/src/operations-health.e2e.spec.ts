import { randomUUID } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { members, send, sendPlain } from './support/http.js';
import { expectNothingLeaks } from './support/leaks.js';
import { accessTokenFor, GRANT, postToken, requestToken } from './support/oauth.js';
import { callOrders, newOrder, placeOrder, postOrder } from './support/orders.js';
import { system } from './support/system.js';

const APPS = [
  ['auth-server', system.authServer, ['database', 'signing key']],
  ['orders-api', system.ordersApi, ['database', 'issuer keys']],
  ['billing-worker', system.billingWorker, ['database', 'access token']],
] as const;

describe.each(APPS)('operation of %s', (name, url, dependencies) => {
  it('says that it is alive', async () => {
    const answer = await send(`${url}/health/live`);

    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('says that it is ready, and names what it depends on', async () => {
    const answer = await send(`${url}/health/ready`);

    expect(answer.status).toBe(200);
    const up = Object.fromEntries(dependencies.map((dependency) => [dependency, 'up']));
    expect(members(answer)).toEqual({ status: 'ready', checks: up });
  });

  it('shows its metrics, which count requests by route', async () => {
    const count = async () => {
      const { text } = await send(`${url}/metrics`);
      const line = text
        .split('\n')
        .find(
          (candidate) =>
            candidate.startsWith('http_server_request_duration_seconds_count') &&
            ['method="GET"', 'route="none"', 'status_code="404"'].every((label) =>
              candidate.includes(label),
            ),
        );
      return Number(line?.split(' ').at(-1) ?? 0);
    };
    const answer = await send(`${url}/metrics`);
    const before = await count();
    const path = `/nowhere-${randomUUID()}`;
    await send(url + path);

    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(answer.text).toContain(`service="${name}"`);
    // A request is counted once its answer has left, so perhaps after that has arrived.
    await vi.waitFor(async () => expect(await count()).toBe(before + 1), { timeout: 10_000 });
    // A label of its own for each address would let callers fill the memory.
    expect((await send(`${url}/metrics`)).text).not.toContain(path);
  });

  it('gives each request an identifier, and keeps the one it comes with', async () => {
    const own = await send(`${url}/nowhere`);
    const given = await send(`${url}/nowhere`, { headers: { 'x-request-id': 'given-1' } });
    const bad = await send(`${url}/nowhere`, { headers: { 'x-request-id': 'two words"' } });

    expect(own.headers.get('x-request-id')).toMatch(/^[\w.-]{8,64}$/);
    expect(given.headers.get('x-request-id')).toBe('given-1');
    expect(bad.headers.get('x-request-id')).toMatch(/^[\w.-]{8,64}$/);
  });

  it('sends the headers that keep browsers from doing anything with an answer', async () => {
    const { headers } = await send(`${url}/nowhere`);

    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});

describe('operation', () => {
  it('O01 shows no stack trace, SQL, path, version or X-Powered-By in answers of any kind', async () => {
    const token = await accessTokenFor('e2e-basic');
    const order = await placeOrder(token);
    const form = 'application/x-www-form-urlencoded';

    // Each of these calls checks its answer: `send` does so for every answer of all tests.
    const answers = [
      await requestToken('e2e-basic'),
      await requestToken('e2e-basic', { scope: 'none:such' }),
      await postToken(GRANT),
      await postToken('%', {}),
      await send(`${system.authServer}/oauth2/nowhere`),
      await sendPlain(`${system.authServer}/oauth2/token`, { method: 'TRACE' }),
      await send(`${system.authServer}/oauth2/jwks`),
      await send(`${system.authServer}/nowhere`),
      await callOrders('/orders', { token }),
      await callOrders(`/orders/${order.id}`, { token }),
      await callOrders('/orders/%', { token }),
      await callOrders('/orders'),
      await callOrders('/orders', { token: 'a.b.c' }),
      await postOrder(token, '{"broken'),
      await postOrder(token, newOrder({ lines: 'none' })),
      await postOrder(token, 'x'.repeat(1_000_000)),
      await callOrders('/orders', { method: 'POST', headers: { 'content-type': form }, token }),
      await send(`${system.ordersApi}/openapi.json`),
      await send(`${system.billingWorker}/billing/summary`),
      await send(`${system.billingWorker}/billing/nowhere`),
    ];

    expect(answers.every(({ status }) => status < 500)).toBe(true);
    for (const [, url] of APPS) {
      for (const { headers } of [await send(`${url}/health/ready`), await send(`${url}/metrics`)]) {
        expect(headers.get('x-powered-by')).toBeNull();
      }
    }
  });

  it.each([
    '{"message":"boom","stack":"Error: boom\\n    at run (/srv/app/dist/main.js:10:5)"}',
    'QueryFailedError: relation "client" does not exist',
    'syntax error in SELECT "id" FROM orders',
    'see /app/node_modules/pg/lib/client.js',
  ])('O01 is checked by something that finds %j', (text) => {
    const answer = { status: 500, headers: new Headers(), text };

    expect(() => expectNothingLeaks('http://localhost/x', answer)).toThrow(/O01/);
  });
});
