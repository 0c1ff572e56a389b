import { documentedMetrics } from '@m2m/tools/observability';
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { send, sendPlain } from './support/http.js';
import { scrape, sumOf } from './support/metrics.js';
import { accessTokenFor, basic, GRANT, postToken, requestToken } from './support/oauth.js';
import { callOrders, newOrder, placeOrder, postOrder } from './support/orders.js';
import { system } from './support/system.js';

const SERVICES = [
  ['auth-server', system.authServer],
  ['orders-api', system.ordersApi],
  ['billing-worker', system.billingWorker],
] as const;

/** How long to wait for what the worker does. */
const SOON = { timeout: 45_000, interval: 200 };

describe.each(SERVICES)('the metrics of %s', (service, url) => {
  const documented = documentedMetrics().filter(({ services }) => services.includes(service));

  it('are those in docs/metrics.md, no more and no less', async () => {
    const { types } = await scrape(url);

    const promised = documented.map(({ name, type }) => [name, type]);
    expect(Object.fromEntries(types)).toEqual(Object.fromEntries(promised));
  });

  it('have the labels and values that docs/metrics.md lists', async () => {
    await send(`${url}/nowhere`);
    const { series } = await scrape(url);

    for (const { metric, id, labels } of series) {
      const promised = documented.find(({ name }) => name === metric)?.labels ?? new Map();
      const own = [...labels].filter(([label]) => label !== 'le' && label !== 'service');
      expect(own.map(([label]) => label).sort(), id).toEqual([...promised.keys()].sort());
      for (const [label, value] of own) {
        const values = documented.find(({ name }) => name === metric)?.labels.get(label);
        if (values) expect([...values], id).toContain(value);
      }
      expect(labels.get('service'), id).toBe(service);
    }
  });

  it('have every listed value of a counter from the start', async () => {
    const { series } = await scrape(url);

    for (const { name, labels } of documented.filter(({ type }) => type === 'counter')) {
      for (const [label, values = new Set()] of labels) {
        const shown = series.filter(({ metric }) => metric === name);
        expect(new Set(shown.map((each) => each.labels.get(label))), name).toEqual(values);
      }
    }
  });

  it('say that each dependency is up, and how the pool stands', async () => {
    const { series } = await scrape(url);
    const valuesOf = (name: string) =>
      series.filter(({ metric }) => metric === name).map(({ value }) => value);

    const up = valuesOf('service_dependency_up');
    expect(up).toEqual(up.map(() => 1));
    expect(up.length).toBeGreaterThan(0);
    expect(valuesOf('db_client_connection_count')).toHaveLength(2);
    expect(valuesOf('db_client_connection_max')).toEqual([10]);
  });

  it('do not grow by odd methods, addresses and versions of them', async () => {
    const flood = async (count: number) => {
      for (let n = 0; n < count; n++) {
        for (const method of ['PROPFIND', 'MKCOL', 'PURGE', 'SEARCH', 'LOCK', 'DELETE']) {
          await sendPlain(`${url}/${randomUUID()}?${n}`, { method });
          await sendPlain(`${url}/health/ready`, { method });
        }
        await sendPlain(`${url}/%zz${n}`, { method: 'GET' });
        await sendPlain(`${url}/orders/${n}`, { method: 'GET' });
      }
    };
    const httpSeries = async () =>
      (await scrape(url)).series
        .filter(({ metric }) => metric === 'http_server_request_duration_seconds')
        .map(({ id }) => id);
    await flood(1);
    const before = await httpSeries();

    await flood(5);

    expect(await httpSeries()).toEqual(before);
    expect(before.some((id) => id.includes('_OTHER'))).toBe(true);
  });
});

describe('the metrics', () => {
  let token: string;

  beforeAll(async () => {
    token = await accessTokenFor('e2e-basic');
  });

  /** By how much something raises a metric. */
  async function increase(
    [url, metric, labels]: Parameters<typeof sumOf>,
    act: () => Promise<unknown>,
  ): Promise<number> {
    const before = await sumOf(url, metric, labels);
    await act();
    return (await sumOf(url, metric, labels)) - before;
  }

  it('count a token that is issued', async () => {
    const issued = 'oauth_access_tokens_issued_total';
    const byPost = { auth_method: 'client_secret_post' };
    const request = () => requestToken('e2e-post');

    expect(await increase([system.authServer, issued, byPost], request)).toBe(1);
    const { series } = await scrape(system.authServer);
    const age = series.find(({ metric }) => metric === 'oauth_signing_key_age_seconds');
    expect(age?.value).toBeGreaterThan(0);
  });

  it.each([
    ['invalid_client', 'no_credentials', () => postToken(GRANT)],
    ['invalid_client', 'unknown_client', () => asClient(`nobody-${randomUUID()}`)],
    ['invalid_client', 'wrong_secret', () => asClient('e2e-basic')],
    ['invalid_client', 'wrong_method', () => asClient('e2e-post')],
    ['invalid_scope', undefined, () => requestToken('e2e-basic', { scope: randomUUID() })],
    ['unsupported_grant_type', undefined, () => postToken({ grant_type: randomUUID() })],
    ['invalid_request', undefined, () => postToken(`no form but ${randomUUID()}`)],
  ])('count a token request that is refused as %s, %s', async (error, reason, act) => {
    const refused = 'oauth_token_requests_refused_total';
    const failures = 'oauth_client_authentication_failures_total';

    expect(await increase([system.authServer, refused, { error }], act)).toBe(1);
    if (reason) expect(await increase([system.authServer, failures, { reason }], act)).toBe(1);
  });

  it.each([
    ['no_token', () => callOrders('/orders')],
    ['malformed', () => callOrders('/orders', { token: randomUUID() })],
    ['insufficient_scope', async () => callOrders('/orders', { token: await billToken() })],
  ])('count a call that is refused for %s', async (reason, act) => {
    const refused = 'oauth_access_refused_total';

    expect(await increase([system.ordersApi, refused, { reason }], act)).toBe(1);
  });

  it('count accepted calls, remembered tokens and verifications', async () => {
    const list = () => callOrders('/orders?limit=1', { token });
    await list();

    const { ordersApi } = system;
    const hits = 'oauth_access_token_cache_hits_total';
    expect(await increase([ordersApi, hits], list)).toBeGreaterThanOrEqual(1);
    expect(await increase([ordersApi, 'oauth_access_accepted_total'], list)).toBeGreaterThanOrEqual(
      1,
    );
    const withNew = async () => callOrders('/orders', { token: await accessTokenFor('e2e-basic') });
    const verified = 'oauth_access_token_verification_duration_seconds';
    expect(await increase([ordersApi, verified], withNew)).toBeGreaterThanOrEqual(1);
    const { series } = await scrape(ordersApi);
    const age = series.find(({ metric }) => metric === 'oauth_issuer_keys_age_seconds');
    expect(age?.value).toBeGreaterThanOrEqual(0);
  });

  it('follow an order from its placing to the report of its invoice', async () => {
    const { ordersApi, billingWorker } = system;
    const settled = () =>
      sumOf(billingWorker, 'billing_invoices_settled_total', { status: 'acknowledged' });
    const billed = () => sumOf(ordersApi, 'orders_billed_total');
    const runs = () => sumOf(billingWorker, 'billing_runs_total', { outcome: 'success' });
    const before = { settled: await settled(), billed: await billed(), runs: await runs() };
    const placing = () => placeOrder(token);

    expect(await increase([ordersApi, 'orders_placed_total'], placing)).toBe(1);
    await expect.poll(settled, SOON).toBeGreaterThan(before.settled);
    await expect.poll(billed, SOON).toBeGreaterThan(before.billed);
    await expect.poll(runs, SOON).toBeGreaterThan(before.runs);
    await expect.poll(() => sumOf(billingWorker, 'billing_invoices_unreported'), SOON).toBe(0);
    const lifetime = 'oauth_client_token_lifetime_left_seconds';
    expect(await sumOf(billingWorker, lifetime)).toBeGreaterThan(0);
  });

  it('count an order that is sent twice once', async () => {
    const key = randomUUID();
    const placing = async () => {
      await postOrder(token, newOrder(), key);
      await postOrder(token, newOrder(), key);
    };

    expect(await increase([system.ordersApi, 'orders_placed_total'], placing)).toBe(1);
  });
});

async function billToken(): Promise<string> {
  return accessTokenFor('e2e-basic', { scope: 'orders:bill' });
}

function asClient(clientId: string) {
  const authorization = basic({ client_id: clientId, client_secret: randomUUID() });
  return postToken(GRANT, { authorization });
}
