import { inspect } from 'node:util';
import { ClientCredentialsModule } from '@m2m/client-credentials';
import type { Billing, Order } from '@m2m/orders-contract';
import { TestHttpServer, type ReceivedRequest, type TestAnswer } from '@m2m/testing';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ListedOrder } from './listed-order.js';
import { OrdersApiClient } from './orders-api.client.js';
import {
  AccessRefusedError,
  OrdersApiUnavailableError,
  ReportRefusedError,
} from './orders-api.errors.js';

@Module({})
class TestModule {}

const SECRET = 'the-secret-of-the-worker';
const ORDER_ID = '01890a5d-ac96-774b-bcce-b302099a8057';
const INVALID_TOKEN: TestAnswer = {
  status: 401,
  headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
};
const bill: Billing = {
  invoiceId: 'inv-1',
  amount: '19.80',
  currency: 'EUR',
  billedAt: '2030-01-01T12:00:00Z',
};

describe('OrdersApiClient', () => {
  let tokenAnswer: TestAnswer;
  let answer: (request: ReceivedRequest) => TestAnswer | Promise<TestAnswer>;
  let issuer: TestHttpServer;
  let api: TestHttpServer;
  let app: INestApplicationContext;
  let orders: OrdersApiClient;

  beforeEach(async () => {
    tokenAnswer = { body: { access_token: 'tok-1', token_type: 'Bearer', expires_in: 300 } };
    answer = () => ({ status: 204 });
    issuer = await TestHttpServer.start(() => tokenAnswer);
    api = await TestHttpServer.start((request) => answer(request));
    const credentials = ClientCredentialsModule.forRoot({
      registrations: {
        billing: {
          apiUrl: api.url,
          issuer: issuer.url,
          tokenEndpoint: `${issuer.url}/token`,
          clientId: 'worker',
          authMethod: 'client_secret_post',
          clientSecret: async () => SECRET,
        },
      },
    });
    app = await NestFactory.createApplicationContext(
      { module: TestModule, imports: [credentials], providers: [OrdersApiClient] },
      { logger: false, abortOnError: false },
    );
    orders = app.get(OrdersApiClient);
  });

  afterEach(async () => {
    await app.close();
    await api.stop();
    await issuer.stop();
  });

  it('lists the pending orders page by page, with one token for all (B01)', async () => {
    const [a, b, c] = [anOrder(), anOrder(), anOrder()];
    answer = ({ path }) => {
      const last = path.includes('cursor=a%2Bb');
      return { body: last ? page([c], null) : page([a, b], 'a+b') };
    };

    const pages = await pendingOrders();

    expect(pages).toEqual([[a, b], [c]]);
    const queries = api.requests.map(({ path }) => new URL(path, api.url).searchParams);
    expect(queries.map((query) => Object.fromEntries(query))).toEqual([
      { status: 'pending', limit: '100' },
      { status: 'pending', limit: '100', cursor: 'a+b' },
    ]);
    expect(api.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer tok-1',
      'Bearer tok-1',
    ]);
    expect(issuer.requests).toHaveLength(1);
  });

  async function firstPage(): Promise<readonly ListedOrder[]> {
    for await (const page of orders.pendingOrders(new AbortController().signal)) return page;
    return [];
  }

  it('takes the largest page that the API can answer', async () => {
    const sku = '株'.repeat(64);
    const line = { sku, quantity: 1_000_000, unitPrice: '123456789012345.00' };
    const largest = {
      id: ORDER_ID,
      customerId: '式'.repeat(64),
      lines: Array(100).fill(line),
      currency: 'EUR',
      total: '123456789012345.00',
      status: 'pending',
      createdAt: '2030-01-01T00:00:00.000Z',
    };
    answer = () => ({ body: { items: Array(100).fill(largest), nextCursor: null } });

    expect(await firstPage()).toHaveLength(100);
  });

  it('gets along with members and currencies that came later', async () => {
    const later = {
      id: ORDER_ID,
      customerId: 'c',
      lines: [{ sku: 'A', quantity: 1, unitPrice: '1.00', taxRate: '19' }],
      currency: 'ZZZ',
      total: '1.00',
      status: 'pending',
      createdAt: '2030-01-01T00:00:00.000Z',
      channel: 'web',
    };
    answer = () => ({ body: { items: [later], nextCursor: null } });

    expect(await firstPage()).toMatchObject([{ id: ORDER_ID, currency: 'ZZZ' }]);
  });

  it('lists the other orders beside those that it cannot read', async () => {
    const [good, local] = [anOrder(), { ...anOrder(), createdAt: '2030-01-01T01:00:00+01:00' }];
    const unreadable = { ...anOrder(), lines: [{ sku: 'A', quantity: '2', unitPrice: '9.90' }] };
    answer = () => ({ body: { items: [unreadable, good, local], nextCursor: null } });

    expect(await pendingOrders()).toEqual([
      [{ id: unreadable.id, fault: 'malformed_order' }, good, local],
    ]);
  });

  it.each([
    ['an item that is no order', { items: [{ id: 'x' }], nextCursor: null }],
    ['no items', { nextCursor: null }],
    ['no JSON', '<html>'],
  ])('takes a list with %s for none, and says nothing of what it holds', async (_what, body) => {
    answer = () => ({ body });

    expect(String(await errorOf(pendingOrders()))).toBe(
      'OrdersApiUnavailableError: the orders API cannot be used: its list is not one of orders',
    );
  });

  it('does not follow a list that does not go on', async () => {
    answer = () => ({ body: page([], 'same') });

    expect(await errorOf(pendingOrders())).toBeInstanceOf(OrdersApiUnavailableError);
    expect(api.requests).toHaveLength(2);
  });

  it('gives up a page after a quarter of a minute, though its answer may still come', async () => {
    const limits = [new AbortController(), new AbortController()] as const;
    const timeout = vi.spyOn(AbortSignal, 'timeout');
    for (const { signal } of limits) timeout.mockReturnValueOnce(signal);
    answer = ({ path }) =>
      path.includes('cursor=') ? new Promise(() => undefined) : { body: page([], 'next') };
    const listing = errorOf(pendingOrders());
    await expect.poll(() => api.requests).toHaveLength(2);

    limits[1].abort();

    const error = await listing;
    expect(error).toBeInstanceOf(OrdersApiUnavailableError);
    expect(error).not.toBeInstanceOf(AccessRefusedError);
    expect(String(error)).toContain('its list takes too long');
    expect(timeout.mock.calls).toEqual([[15_000], [15_000]]);
    timeout.mockRestore();
  });

  it('reports an invoice', async () => {
    await reportBilling();

    const [request] = api.requests;
    expect(request).toMatchObject({ method: 'PUT', path: `/orders/${ORDER_ID}/billing` });
    expect(JSON.parse(request?.body ?? '')).toEqual(bill);
  });

  it('gives up a report when it is told to, though its answer may still come', async () => {
    answer = () => new Promise(() => undefined);
    const abandon = new AbortController();
    const reporting = errorOf(reportBilling(abandon.signal));
    await expect.poll(() => api.requests).toHaveLength(1);

    abandon.abort();

    expect(String(await reporting)).toContain('ERR_CANCELED');
  });

  it.each([
    [409, { code: 'billed_by_another_invoice' }, 'billed_by_another_invoice'],
    [422, { code: 'amount_mismatch' }, 'amount_mismatch'],
    [404, { code: 'order_not_found' }, 'order_not_found'],
  ])('takes %d %j for a refusal that stays: %s', async (status, body, code) => {
    answer = () => ({ status, body });

    const error = await errorOf(reportBilling());

    expect(error).toBeInstanceOf(ReportRefusedError);
    expect(error).toMatchObject({ code });
  });

  it.each([403, 408, 429, 500, 502, 503])('takes %d for something that passes', async (status) => {
    answer = () => ({ status, body: { code: 'billed_by_another_invoice' } });

    const error = await errorOf(reportBilling());

    expect(error).toBeInstanceOf(OrdersApiUnavailableError);
    expect(String(error)).toContain(`it answered ${status}`);
    expect(api.requests).toHaveLength(1);
  });

  it.each([401, 403])('takes %d for a matter of access, whatever the call', async (status) => {
    answer = () => ({ status, headers: { 'retry-after': '5' } });

    const refusals = [await errorOf(reportBilling()), await errorOf(pendingOrders())];

    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(AccessRefusedError);
      expect(refusal).toMatchObject({ retryAfterMs: undefined });
    }
  });

  it.each<[string, boolean]>([
    ['invalid_client', true],
    ['temporarily_unavailable', false],
  ])('takes %s at the token endpoint for a matter of access: %s', async (error, isAccess) => {
    tokenAnswer = {
      status: isAccess ? 401 : 503,
      headers: { 'retry-after': '7' },
      body: { error },
    };

    const failure = await errorOf(reportBilling());

    expect(failure).toBeInstanceOf(OrdersApiUnavailableError);
    expect(failure instanceof AccessRefusedError).toBe(isAccess);
    expect(failure).toMatchObject({ retryAfterMs: isAccess ? undefined : 7_000 });
  });

  it.each([
    [404, { status: 404 }],
    [400, 'not JSON'],
    [409, { code: 7 }],
    [404, { code: 'code_of_a_gateway' }],
  ])(
    'takes %d %j, which is not the answer of the API, for something that passes',
    async (status, body) => {
      answer = () => ({ status, body });

      const error = await errorOf(reportBilling());

      expect(error).toBeInstanceOf(OrdersApiUnavailableError);
    },
  );

  it('sends a request whose token was refused once more, with a new one (B04)', async () => {
    answer = ({ headers }) => {
      tokenAnswer = { body: { access_token: 'tok-2', token_type: 'Bearer', expires_in: 300 } };
      return headers.authorization === 'Bearer tok-2' ? {} : INVALID_TOKEN;
    };

    await reportBilling();

    expect(api.requests.map(({ headers, body }) => [headers.authorization, body])).toEqual([
      ['Bearer tok-1', JSON.stringify(bill)],
      ['Bearer tok-2', JSON.stringify(bill)],
    ]);
  });

  it('gives up for now when the new token is refused as well (B04)', async () => {
    answer = () => INVALID_TOKEN;

    const error = await errorOf(reportBilling());

    expect(error).toBeInstanceOf(OrdersApiUnavailableError);
    expect(api.requests).toHaveLength(2);
    expect(issuer.requests).toHaveLength(2);
  });

  it.each([
    ['an error', { status: 500 }],
    ['a text', { body: 'maintenance' }],
    ['something else than a page', { body: { items: [{ id: 'x' }], nextCursor: null } }],
    ['a page without an end', { body: { items: [] } }],
  ])('cannot use an API that answers a list by %s', async (_kind, given) => {
    answer = () => given;

    await expect(pendingOrders()).rejects.toBeInstanceOf(OrdersApiUnavailableError);
  });

  it('tells nothing of its credentials in any error (O04, B08)', async () => {
    const errors: unknown[] = [];
    for (const status of [400, 401, 403, 409, 500]) {
      answer = () => ({ status, body: { code: 'x' } });
      errors.push(await errorOf(reportBilling()));
      errors.push(await errorOf(pendingOrders()));
    }
    await api.stop();
    errors.push(await errorOf(reportBilling()));

    expect(errors).toHaveLength(11);
    expect(errors).not.toContain(undefined);
    const everything = inspect(errors, { depth: 20, showHidden: true });
    expect(everything).not.toMatch(/tok-1|Bearer/);
    expect(everything).not.toContain(SECRET);
  });

  it('names the reason when there is no token, without the credentials (O04)', async () => {
    tokenAnswer = { status: 401, body: { error: 'invalid_client' } };

    const error = await errorOf(pendingOrders());

    expect(error).toBeInstanceOf(OrdersApiUnavailableError);
    expect(String(error)).toContain('invalid_client');
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(SECRET);
    expect(api.requests).toEqual([]);
  });

  function reportBilling(abandon = new AbortController().signal): Promise<void> {
    return orders.reportBilling(ORDER_ID, bill, abandon);
  }

  async function pendingOrders(): Promise<(readonly ListedOrder[])[]> {
    const pages: (readonly ListedOrder[])[] = [];
    for await (const page of orders.pendingOrders(new AbortController().signal)) pages.push(page);
    return pages;
  }
});

function page(items: Order[], nextCursor: string | null) {
  return { items, nextCursor };
}

async function errorOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
}

function anOrder(): Order {
  return {
    id: uuidv7(),
    customerId: 'c',
    lines: [{ sku: 'A', quantity: 2, unitPrice: '9.90' }],
    currency: 'EUR',
    total: '19.80',
    status: 'pending',
    createdAt: '2030-01-01T00:00:00.000Z',
  };
}
