import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { send } from './support/http.js';
import { textLike } from './support/matchers.js';
import { basic } from './support/oauth.js';
import type { Order } from './support/orders.js';
import type { Attributes, ReceivedSpan } from './support/otlp-receiver.js';
import { type AppName } from './support/processes.js';
import { runsAsProcesses } from './support/system.js';
import { COLLECTOR_KEY, TracedSystem } from './support/traced-system.js';

const A_TOKEN = /eyJ[\w-]+\.[\w-]+/;
const A_CREDENTIAL = /authorization:|(basic|bearer) [\w~+/-]{8}/i;
const A_PASSWORD = /:\/\/[^\s/@:]*:[^\s/@]+@/;

const APPS: readonly AppName[] = ['auth-server', 'orders-api', 'billing-worker'];

// Whatever else a new version of an instrumentation tells has to be looked at before it leaves.
const KNOWN_ATTRIBUTES = {
  internal: [],
  server: [
    'http.request.method',
    'http.response.status_code',
    'http.route',
    'oauth.access.needed_scope',
    'oauth.access.outcome',
    'oauth.access.token',
    'oauth.client.auth_method',
    'oauth.client.id',
    'oauth.grant_type',
    'oauth.request.resource',
    'oauth.request.scope',
    ...['aud', 'client_id', 'exp', 'iat', 'iss', 'jti', 'scope', 'sub'].map(
      (name) => `oauth.token.claim.${name}`,
    ),
    'oauth.token.header.alg',
    'oauth.token.header.kid',
    'oauth.token.header.typ',
    'server.address',
    'server.port',
    'url.path',
    'url.scheme',
  ],
  'http client': [
    'http.request.method',
    'http.request.method_original',
    'http.response.status_code',
    'network.peer.address',
    'network.peer.port',
    'network.protocol.version',
    'server.address',
    'server.port',
    'url.full',
    'url.path',
    'url.scheme',
    'user_agent.original',
  ],
  'database client': [
    'db.namespace',
    'db.operation.name',
    'db.query.summary',
    'db.query.text',
    'db.system.name',
    'server.address',
    'server.port',
  ],
};
const KNOWN_OF_SERVICES = [
  'deployment.environment.name',
  'service.instance.id',
  'service.name',
  'telemetry.sdk.language',
  'telemetry.sdk.name',
  'telemetry.sdk.version',
];

describe.runIf(runsAsProcesses)('the trace of a billing run', () => {
  let system: TracedSystem;
  let token: string;
  let orders: Order[];
  let exitCodes: (number | null)[];
  let root: ReceivedSpan;

  beforeAll(async () => {
    system = await TracedSystem.start();
    token = await system.accessToken();
    await send(`${system.issuer}/admin/clients`, { headers: { authorization: `Bearer ${token}` } });
    orders = await Promise.all([1, 2, 3].map(() => system.placeOrder(token)));
    await system.startWorker();
    await vi.waitFor(() => expect(reported()).toBe(orders.length), { timeout: 45_000 });
    exitCodes = await system.stopApps();
    root = only(spans().filter(({ name }) => name === 'billing run'));
  });

  afterAll(() => system.stop());

  const spans = () => system.collector.spans;
  const childrenOf = ({ spanId }: ReceivedSpan) =>
    spans().filter(({ parentSpanId }) => parentSpanId === spanId);
  const reported = () =>
    system
      .log('billing-worker')
      .filter(({ event }) => event === 'billing.reports')
      .reduce((sum, { acknowledged }) => sum + Number(acknowledged), 0);

  const batches = () => spans().filter(({ name }) => name === 'invoice reports');

  /** The request that was made to a URL, what the other side did for it, and its queries there. */
  function callOf(method: string, url: string) {
    const request = only(
      [root, ...batches()]
        .flatMap(childrenOf)
        .filter(
          ({ attributes }) =>
            attributes['http.request.method'] === method && attributes['url.full'] === url,
        ),
    );
    const answer = only(childrenOf(request));
    return { request, answer, queries: childrenOf(answer) };
  }

  function expectCall(method: string, url: string, service: AppName, route: string) {
    const { request, answer, queries } = callOf(method, url);
    const { hostname, port, pathname } = new URL(url);
    const address = { 'server.address': hostname, 'server.port': Number(port) };
    const outcome = { 'http.request.method': method, 'http.response.status_code': 200 };
    expect(request).toMatchObject({
      service: 'billing-worker',
      kind: 'client',
      name: method,
      attributes: { ...outcome, ...address, 'url.full': url },
    });
    expect(answer).toMatchObject({
      service,
      kind: 'server',
      name: `${method} ${route}`,
      attributes: {
        ...outcome,
        ...address,
        'http.route': route,
        'url.path': pathname,
        'url.scheme': 'http',
      },
    });
    for (const query of queries) expectQuery(query, service);
    return queries;
  }

  function expectQuery(query: ReceivedSpan, service: AppName) {
    const database = new URL(system.databases[service]?.url ?? '');
    const { 'db.query.summary': summary, ...rest } = query.attributes;
    expect(query).toMatchObject({ service, kind: 'client', name: summary });
    expect(rest).toMatchObject({
      'db.system.name': 'postgresql',
      'db.namespace': database.pathname.slice(1),
      'db.operation.name': String(summary).split(' ')[0],
      'db.query.text': textLike(/^[A-Z]/),
      'server.address': database.hostname,
      'server.port': Number(database.port),
    });
  }

  it('begins with the run, of which all that the worker did is a part', () => {
    const ofWorker = spans().filter(({ service }) => service === 'billing-worker');

    expect(root).toMatchObject({ kind: 'internal', parentSpanId: '', failed: false });
    for (const batch of batches()) {
      expect(batch).toMatchObject({
        kind: 'internal',
        parentSpanId: root.spanId,
        failed: false,
      });
    }
    expect(new Set(ofWorker.map(({ traceId }) => traceId))).toEqual(new Set([root.traceId]));
  });

  it('goes through the token request to the database of the auth-server and back', () => {
    const url = `${system.issuer}/oauth2/token`;

    const queries = expectCall('POST', url, 'auth-server', '/oauth2/token');

    expect(queries.length).toBeGreaterThan(0);
  });

  it('says of the token request what the token holds, and of each call what the guard found', () => {
    const { answer: issued } = callOf('POST', `${system.issuer}/oauth2/token`);
    const { answer: listed } = callOf('GET', `${system.apiUrl}/orders`);

    const claims = Object.entries(issued.attributes).filter(([name]) =>
      name.startsWith('oauth.token.claim.'),
    );
    expect(issued.attributes).toMatchObject({
      'oauth.client.id': 'billing-worker',
      'oauth.client.auth_method': 'client_secret_basic',
      'oauth.grant_type': 'client_credentials',
      'oauth.request.scope': 'orders:read orders:bill',
      'oauth.request.resource': system.apiUrl,
      'oauth.token.header.typ': 'at+jwt',
      'oauth.token.header.alg': 'ES256',
      'oauth.token.claim.aud': system.apiUrl,
      'oauth.token.claim.scope': 'orders:read orders:bill',
    });
    expect(claims).toHaveLength(8);
    expect(listed.attributes).toMatchObject({
      'oauth.access.outcome': 'accepted',
      'oauth.access.needed_scope': 'orders:read',
      'oauth.access.token': 'verified',
      'oauth.client.id': 'billing-worker',
      ...Object.fromEntries(claims),
    });
  });

  it('says of a call of the admin API, too, what the guard found', () => {
    const call = only(spans().filter(({ name }) => name === 'GET /admin/clients'));

    expect(call).toMatchObject({
      service: 'auth-server',
      kind: 'server',
      attributes: {
        'http.response.status_code': 401,
        'oauth.access.outcome': 'wrong_audience',
        'oauth.access.token': 'verified',
      },
    });
  });

  it('goes through the list of orders to the database of the orders-api and back', () => {
    const queries = expectCall('GET', `${system.apiUrl}/orders`, 'orders-api', '/orders');

    expect(queries.map(({ name }) => name)).toEqual(['SELECT customer_order']);
  });

  it('goes through the report of each order to the database of the orders-api and back', () => {
    for (const { id } of orders) {
      const url = `${system.apiUrl}/orders/${id}/billing`;

      const queries = expectCall('PUT', url, 'orders-api', '/orders/:id/billing');

      expect(queries.map(({ name }) => name)).toContain('UPDATE customer_order');
    }
  });

  it('holds the queries by which the worker keeps its invoices', () => {
    const queries = [root, ...batches()]
      .flatMap(childrenOf)
      .filter(({ attributes }) => 'db.system.name' in attributes);

    expect(queries.map(({ name }) => name)).toEqual(
      expect.arrayContaining([
        textLike(/^INSERT invoice /),
        textLike(/^INSERT pgboss\./),
        textLike(/^UPDATE invoice /),
        'INSERT last_run',
      ]),
    );
    for (const query of queries) expectQuery(query, 'billing-worker');
  });

  it('is one: every span of it has its parent in it', () => {
    const ofTrace = spans().filter(({ traceId }) => traceId === root.traceId);
    const ids = new Set(ofTrace.map(({ spanId }) => spanId));

    expect(ofTrace.filter(({ parentSpanId }) => !ids.has(parentSpanId))).toEqual([root]);
    expect(new Set(ofTrace.map(({ service }) => service))).toEqual(new Set(APPS));
  });

  it('can be found from the log lines of all three', () => {
    const events = APPS.flatMap((app) =>
      system
        .log(app)
        .filter(({ trace_id: traceId }) => traceId === root.traceId)
        .filter(({ event }) => event === 'http.request' || event === 'billing.run')
        .map(({ event, route = '' }) => `${app} ${String(event)} ${String(route)}`),
    );

    expect(events.sort()).toEqual([
      'auth-server http.request /.well-known/oauth-authorization-server',
      'auth-server http.request /oauth2/token',
      'billing-worker billing.run ',
      'orders-api http.request /orders',
      ...orders.map(() => 'orders-api http.request /orders/:id/billing'),
    ]);
  });

  it('comes with what the standard variables say', () => {
    expect(root.resource).toMatchObject({
      'service.name': 'billing-worker',
      'service.instance.id': textLike(/^[\da-f-]{36}$/),
      'deployment.environment.name': 'test',
      'telemetry.sdk.name': 'opentelemetry',
    });
    for (const { headers } of system.collector.exports) {
      expect(headers).toMatchObject({
        'x-api-key': COLLECTOR_KEY,
        'content-type': 'application/x-protobuf',
      });
    }
  });

  it('is another one for a caller who names none, in which the keys of the issuer are fetched', () => {
    const url = `${system.issuer}/oauth2/jwks`;
    const fetched = only(spans().filter(({ attributes }) => attributes['url.full'] === url));
    const placed = only(spans().filter(({ spanId }) => spanId === fetched.parentSpanId));

    expect(fetched).toMatchObject({ service: 'orders-api', kind: 'client', name: 'GET' });
    expect(placed).toMatchObject({ kind: 'server', name: 'POST /orders', parentSpanId: '' });
    expect(only(childrenOf(fetched))).toMatchObject({
      service: 'auth-server',
      kind: 'server',
      name: 'GET /oauth2/jwks',
    });
  });

  it('tells of spans and services what is known, and nothing else', () => {
    const told = [...Map.groupBy(spans(), kindOf)].map(([kind, ofKind]) => [
      kind,
      namesIn(ofKind.map(({ attributes }) => attributes)),
    ]);

    expect(Object.fromEntries(told)).toEqual(KNOWN_ATTRIBUTES);
    expect(namesIn(spans().map(({ resource }) => resource))).toEqual(KNOWN_OF_SERVICES);
    expect(spans().flatMap(({ events }) => events)).toEqual([]);
  });

  it('no secret and no token is anywhere in what was exported', () => {
    const { collector, worker, orderEntry, issuedTokens, keyEncryptionKey, databases } = system;
    const secrets = [
      worker.client_secret,
      orderEntry.client_secret,
      basic(worker).slice('Basic '.length),
      basic(orderEntry).slice('Basic '.length),
      ...issuedTokens,
      keyEncryptionKey,
      COLLECTOR_KEY,
      ...APPS.map((app) => new URL(databases[app]?.url ?? '').password),
    ];

    expect(new Set(issuedTokens.map((issued) => String(decodeJwt(issued)['client_id'])))).toEqual(
      new Set([orderEntry.client_id, worker.client_id]),
    );
    expect(secrets.filter((secret) => secret.length < 8 || collector.holds(secret))).toEqual([]);
    for (const sign of [A_TOKEN, A_CREDENTIAL, A_PASSWORD]) {
      expect(collector.holds(sign), String(sign)).toBe(false);
    }
  });

  it('the search for secrets finds what is there', () => {
    for (const { id } of orders) expect(system.collector.holds(id)).toBe(true);
    expect(system.collector.holds('/oauth2/token')).toBe(true);
    expect(system.collector.holds('deployment.environment.name')).toBe(true);
    expect(system.collector.holds(/http:.{2}[\w:]+.orders/)).toBe(true);
    expect(token).toMatch(A_TOKEN);
    expect(`Authorization: ${basic(system.worker)}`).toMatch(A_CREDENTIAL);
    expect(system.databases['orders-api']?.url).toMatch(A_PASSWORD);
  });

  it('is complete when the processes have ended, without fault', () => {
    expect(exitCodes).toEqual([0, 0, 0]);
  });

  it('holds nothing of health checks, nor of the export itself', () => {
    expect(system.collector.holds('/health')).toBe(false);
    expect(system.collector.holds('/metrics')).toBe(false);
    expect(system.collector.holds('/v1/traces')).toBe(false);
    expect(system.collector.holds('SELECT 1')).toBe(false);
  });
});

function kindOf({ kind, attributes }: ReceivedSpan): string {
  if (kind !== 'client') return kind;
  return 'db.system.name' in attributes ? 'database client' : 'http client';
}

function namesIn(attributes: readonly Attributes[]): string[] {
  return [...new Set(attributes.flatMap((some) => Object.keys(some)))].sort();
}

function only<T>(values: readonly T[]): T {
  expect(values).toHaveLength(1);
  return values[0] as T;
}
