import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectChallenge, expectInvalidToken } from './support/challenges.js';
import { members, send, sendPlain, shown } from './support/http.js';
import { accessTokenFor } from './support/oauth.js';
import {
  callOrders,
  listOrders,
  newOrder,
  placeOrder,
  postOrder,
  problemIn,
} from './support/orders.js';
import { system } from './support/system.js';

const ORDERS = `${system.ordersApi}/orders`;
const METADATA = `${system.ordersApi}/.well-known/oauth-protected-resource`;

describe('resource server', () => {
  let token: string;
  let readOnly: string;

  beforeAll(async () => {
    token = await accessTokenFor('e2e-basic');
    readOnly = await accessTokenFor('e2e-reader');
  });

  it.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])('R01 takes a token as "%s"', async (scheme) => {
    const answer = await callOrders('/orders?limit=1', {
      headers: { authorization: `${scheme} ${token}` },
    });

    expect(answer.status, shown(answer)).toBe(200);
  });

  it('R02 challenges a call without a token, and names no error', async () => {
    expectChallenge(await callOrders('/orders'), 401, undefined);
  });

  it.each(['Basic dXNlcjpwYXNz', 'Digest username="a"', 'Negotiate abc', 'Token abc'])(
    'R02 challenges "%s" like no token at all',
    async (authorization) => {
      const answer = await callOrders('/orders', { headers: { authorization } });

      expectChallenge(answer, 401, undefined);
    },
  );

  it.each([
    'Bearer',
    'Bearer ',
    'Bearer garbage',
    'Bearer a.b',
    'Bearer ..',
    'Bearer a b',
    'Bearer {}',
  ])('R03 refuses "%s" as invalid_token', async (authorization) => {
    expectInvalidToken(await callOrders('/orders', { headers: { authorization } }));
  });

  it('R03 refuses a token without its signature, cut short or too long', async () => {
    const [header, payload] = token.split('.');
    const broken = [
      `${header}.${payload}`,
      token.slice(0, -10),
      `${token}AAAA`,
      `${token}.${token}`,
      'a'.repeat(8_000),
      `${token.slice(0, 20)}\u00e9${token.slice(20)}`,
    ];

    for (const credentials of broken) {
      const authorization = `Bearer ${credentials}`;
      expectInvalidToken(
        await sendPlain(ORDERS, { method: 'GET', headers: [['Authorization', authorization]] }),
      );
    }
  });

  it('R15 takes no token from the query', async () => {
    const answer = await callOrders(`/orders?access_token=${token}`);

    expectChallenge(answer, 401, undefined);
  });

  it('R15 R16 serves no request that brings a token in the header and one in the query', async () => {
    problemIn(await callOrders(`/orders?access_token=${token}`, { token }), 400);
  });

  it('R15 R16 takes no token from a form, and none beside one in a form', async () => {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'idempotency-key': 'form',
    };

    const alone = await callOrders('/orders', {
      method: 'POST',
      body: `access_token=${token}`,
      headers,
    });
    const besides = await callOrders('/orders', {
      method: 'POST',
      token,
      body: `access_token=${token}`,
      headers,
    });

    expectChallenge(alone, 401, undefined);
    expect([400, 401, 415]).toContain(besides.status);
  });

  it('R16 refuses two Authorization headers, whichever comes first', async () => {
    const good = `Bearer ${token}`;

    for (const pair of [
      [good, 'Bearer garbage'],
      ['Bearer garbage', good],
      [good, good],
      ['Basic dXNlcjpwYXNz', good],
    ]) {
      const headers = pair.map((value) => ['Authorization', value] as const);
      expectChallenge(await sendPlain(ORDERS, { method: 'GET', headers }), 400, 'invalid_request');
    }
  });

  it('R17 refuses a write with a token that only reads, and names the scope it takes', async () => {
    const placed = await postOrder(readOnly);
    const billed = await callOrders(`/orders/${randomUUID()}/billing`, {
      method: 'PUT',
      token: readOnly,
      body: {},
    });

    expectChallenge(placed, 403, 'insufficient_scope');
    expect(placed.headers.get('www-authenticate')).toContain('scope="orders:write"');
    expectChallenge(billed, 403, 'insufficient_scope');
    expect(billed.headers.get('www-authenticate')).toContain('scope="orders:bill"');
  });

  it('R17 refuses a read with a token that only writes', async () => {
    const writer = await accessTokenFor('e2e-basic', { scope: 'orders:write' });

    for (const path of ['/orders', `/orders/${randomUUID()}`]) {
      const answer = await callOrders(path, { token: writer });
      expectChallenge(answer, 403, 'insufficient_scope');
      expect(answer.headers.get('www-authenticate')).toContain('scope="orders:read"');
    }
    expect((await postOrder(writer)).status).toBe(201);
  });

  it('R21 guards every operation of the published description', async () => {
    const { paths } = members(await send(`${system.ordersApi}/openapi.json`));
    const operations = Object.entries(paths as Record<string, object>).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
    );

    expect(operations.length).toBeGreaterThanOrEqual(4);
    for (const { method, path } of operations) {
      const url = path.replace(/\{\w+\}/g, randomUUID());
      const body = method === 'GET' ? {} : { body: newOrder() };
      expectChallenge(await callOrders(url, { method, ...body }), 401, undefined);
      expectInvalidToken(await callOrders(url, { method, token: 'garbage', ...body }));
    }
  });

  it('R21 tells nothing of the input to a caller without a token', async () => {
    const { id } = await placeOrder(token);
    const probes = [
      await callOrders('/orders', { method: 'POST', body: '{"broken' }),
      await callOrders('/orders', { method: 'POST', body: newOrder({ currency: 'XXX' }) }),
      await callOrders('/orders?limit=none'),
      await callOrders('/orders?cursor=broken'),
      await callOrders('/orders/not-a-uuid'),
      await callOrders(`/orders/${randomUUID()}`),
      await callOrders(`/orders/${id}`),
      await callOrders(`/orders/${id}/billing`, { method: 'PUT', body: {} }),
    ];

    expect(new Set(probes.map(({ text }) => text)).size).toBe(1);
    for (const answer of probes) expectChallenge(answer, 401, undefined);
  });

  it('R22 forbids caches to keep protected answers', async () => {
    const { id } = await placeOrder(token);
    const answers = [
      await callOrders('/orders', { token }),
      await callOrders(`/orders/${id}`, { token }),
      await postOrder(token),
      await callOrders('/orders'),
      await callOrders('/orders', { method: 'POST', token: readOnly, body: newOrder() }),
      await callOrders('/orders/broken', { token }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 201, 401, 403, 400]);
    for (const { headers } of answers) {
      expect(headers.get('cache-control')).toMatch(/^(no-store|private)$/);
    }
  });

  it('R25 names its metadata in every challenge', async () => {
    const refusals = [
      await callOrders('/orders'),
      await callOrders('/orders', { token: 'garbage' }),
      await postOrder(readOnly),
    ];

    expect(refusals.map(({ status }) => status)).toEqual([401, 401, 403]);
    for (const { headers } of refusals) {
      expect(headers.get('www-authenticate')).toContain(`resource_metadata="${METADATA}"`);
    }
  });

  it('opens a list to every client that reads, as orders belong to no client', async () => {
    const { id } = await placeOrder(token);

    const answer = await callOrders(`/orders/${id}`, { token: readOnly });

    expect(answer.status).toBe(200);
    expect((await listOrders(readOnly, { limit: '1' })).items).toHaveLength(1);
  });
});
