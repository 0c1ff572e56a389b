import type { Order } from '@m2m/orders-contract';
import {
  createEventLogger,
  EventLogger,
  Metrics,
  Readiness,
  runMigrations,
} from '@m2m/service-defaults';
import {
  createTestDatabase,
  TestClock,
  TestHttpServer,
  type ReceivedRequest,
  type TestAnswer,
  type TestDatabase,
} from '@m2m/testing';
import { Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { BillingWorkerModule } from '../billing-worker.module.js';
import { billingWorkerConfiguration } from '../configuration.js';
import { billingDatabase } from '../database/billing-database.js';
import { BillingSummaryController } from './billing-summary.controller.js';

@Module({})
class PartsOfEveryService {}

@Module({})
class Root {}

/** More than it takes, even on a busy machine. */
const PATIENCE = { timeout: 4_000 };

describe('BillingScheduler', () => {
  const lines: string[] = [];
  let clock: TestClock;
  let metrics: Metrics;
  let order: Order;
  let beforeAnswering: (request: ReceivedRequest) => Promise<unknown>;
  let database: TestDatabase;
  let issuer: TestHttpServer;
  let api: TestHttpServer;

  beforeEach(async () => {
    vi.stubEnv('OAUTH_CLIENT_SECRET', 'secret');
    lines.length = 0;
    clock = new TestClock();
    metrics = new Metrics('billing-worker', clock.now);
    order = anOrder();
    beforeAnswering = () => Promise.resolve();
    issuer = await TestHttpServer.start(() => ({
      body: { access_token: 'tok-1', token_type: 'Bearer', expires_in: 300 },
    }));
    api = await TestHttpServer.start(answer);
    database = await createTestDatabase(inject('postgresUrl'));
    await runMigrations({ ...billingDatabase, url: database.url });
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await api.stop();
    await issuer.stop();
    await database.drop();
  });

  it('bills at once, and says so in the summary', async () => {
    const app = await start();
    await expect.poll(() => summary(app), PATIENCE).toMatchObject({ acknowledged: 1 });
    await expect.poll(() => events('billing.run'), PATIENCE).toHaveLength(1);

    await expect(summary(app)).resolves.toEqual({
      invoices: 1,
      acknowledged: 1,
      failed: 0,
      lastRunAt: expect.stringMatching(/^20\d\d-.*Z$/) as string,
    });
    await app.close();
  });

  it('finishes the run at hand when it is told to stop, and starts no other', async () => {
    const released = Promise.withResolvers<undefined>();
    beforeAnswering = ({ method }) => (method === 'PUT' ? released.promise : Promise.resolve());
    const app = await start({ intervalSeconds: 0 });
    await expect.poll(reports, PATIENCE).toBe(1);

    const closed = vi.fn();
    const closing = app.close().then(closed);
    // Each look takes a connection of its own: time enough to close, if nothing were waited for.
    for (let looks = 0; looks < 10; looks++) {
      await expect(statusOfInvoices()).resolves.toEqual(['issued']);
    }
    expect(closed).not.toHaveBeenCalled();
    released.resolve(undefined);
    await closing;

    await expect(statusOfInvoices()).resolves.toEqual(['acknowledged']);
    expect(events('billing.run')).toHaveLength(1);
    expect(events('billing.run.failed')).toHaveLength(0);
  });

  it('runs again after a run, whether that went well or not', async () => {
    let broken = true;
    beforeAnswering = () => (broken ? Promise.reject(new Error('away')) : Promise.resolve());
    const app = await start({ intervalSeconds: 0 });
    await expect.poll(() => events('billing.run.failed').length, PATIENCE).toBeGreaterThan(1);
    await expect(summary(app)).resolves.toMatchObject({ invoices: 0, lastRunAt: null });
    expect(await valueOf('billing_runs_total{outcome="failure"')).toBeGreaterThan(1);
    expect(await valueOf('billing_runs_total{outcome="success"')).toBe(0);

    broken = false;
    await expect.poll(() => summary(app), PATIENCE).toMatchObject({ acknowledged: 1 });
    order = anOrder();
    await expect.poll(() => summary(app), PATIENCE).toMatchObject({ acknowledged: 2 });
    await expect.poll(() => valueOf('billing_runs_total{outcome="success"')).toBeGreaterThan(1);
    await app.close();
  });

  it('sends the identifiers of its run along with every request of it', async () => {
    const app = await start();
    await expect.poll(() => events('billing.run'), PATIENCE).toHaveLength(1);
    await app.close();

    const [event] = events('billing.run');
    const requests = [...issuer.requests, ...api.requests];
    expect(requests.length).toBeGreaterThanOrEqual(3);
    for (const { headers } of api.requests) {
      expect(headers['x-request-id']).toBe(event?.['request_id']);
      expect(headers['traceparent']).toContain(`00-${String(event?.['trace_id'])}-`);
    }
  });

  it('shows its backlog, its token requests and its token', async () => {
    const released = Promise.withResolvers<undefined>();
    beforeAnswering = ({ method }) => (method === 'PUT' ? released.promise : Promise.resolve());
    const app = await start();
    await expect.poll(reports, PATIENCE).toBe(1);

    expect(await valueOf('billing_invoices_unreported')).toBe(1);
    expect(await valueOf('billing_oldest_unreported_invoice_age_seconds')).toBeGreaterThan(0);
    expect(await valueOf('oauth_client_token_requests_total{outcome="success"')).toBe(1);
    expect(await valueOf('oauth_client_token_requests_total{outcome="permanent_failure"')).toBe(0);
    expect(await valueOf('oauth_client_token_lifetime_left_seconds')).toBeGreaterThan(200);
    expect(await valueOf('oauth_client_tokens_used_total')).toBe(2);
    released.resolve(undefined);
    await expect.poll(() => valueOf('billing_invoices_unreported'), PATIENCE).toBe(0);
    expect(await valueOf('billing_oldest_unreported_invoice_age_seconds')).toBe(0);
    await app.close();
  });

  async function valueOf(series: string): Promise<number> {
    // What was read is served for a second.
    clock.advance({ seconds: 1 });
    const text = await metrics.registry.metrics();
    return Number(
      text
        .split('\n')
        .find((line) => line.startsWith(series))
        ?.split(' ')
        .at(-1),
    );
  }

  async function start({ intervalSeconds = 3_600 } = {}): Promise<INestApplicationContext> {
    const logger = createEventLogger('billing', 'info', { write: (line) => void lines.push(line) });
    const parts: DynamicModule = {
      module: PartsOfEveryService,
      global: true,
      providers: [
        { provide: EventLogger, useValue: logger },
        { provide: Metrics, useValue: metrics },
        { provide: Readiness, useValue: new Readiness() },
      ],
      exports: [EventLogger, Metrics, Readiness],
    };
    const configuration = billingWorkerConfiguration.parse({
      BILLING_DATABASE_URL: database.url,
      OAUTH_ISSUER: issuer.url,
      OAUTH_TOKEN_ENDPOINT: `${issuer.url}/token`,
      OAUTH_CLIENT_ID: 'worker',
      OAUTH_CLIENT_SECRET: 'secret',
      ORDERS_API_URL: api.url,
    });
    const worker = BillingWorkerModule.forRoot({
      ...configuration,
      BILLING_INTERVAL_SECONDS: intervalSeconds,
    });
    return NestFactory.createApplicationContext(
      { module: Root, imports: [parts, worker] },
      { logger: false, abortOnError: false },
    );
  }

  async function answer(request: ReceivedRequest): Promise<TestAnswer> {
    try {
      await beforeAnswering(request);
    } catch {
      return { status: 503 };
    }
    if (request.method === 'GET') {
      return { body: { items: order.status === 'pending' ? [order] : [], nextCursor: null } };
    }
    order.status = 'billed';
    return {};
  }

  function reports(): number {
    return api.requests.filter(({ method }) => method === 'PUT').length;
  }

  function events(name: string): Record<string, unknown>[] {
    return lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ event }) => event === name);
  }

  async function statusOfInvoices(): Promise<string[]> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    try {
      const { rows } = await client.query<{ status: string }>('SELECT status FROM invoice');
      return rows.map(({ status }) => status);
    } finally {
      await client.end();
    }
  }
});

function summary(app: INestApplicationContext) {
  return app.get(BillingSummaryController, { strict: false }).summary();
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
