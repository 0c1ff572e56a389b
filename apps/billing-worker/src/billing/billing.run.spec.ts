import { ClientCredentialsModule, httpServiceToken } from '@m2m/client-credentials';
import type { Billing, Order } from '@m2m/orders-contract';
import {
  createEventLogger,
  dataSourceOptions,
  Metrics,
  runMigrations,
} from '@m2m/service-defaults';
import {
  createTestDatabase,
  TestHttpServer,
  type ReceivedRequest,
  type TestAnswer,
  type TestDatabase,
} from '@m2m/testing';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { billingDatabase } from '../database/billing-database.js';
import { InvoiceEntity } from '../invoices/invoice.entity.js';
import { InvoiceRepository } from '../invoices/invoice.repository.js';
import { OrdersApiClient } from '../orders/orders-api.client.js';
import { OrdersApiUnavailableError } from '../orders/orders-api.errors.js';
import { BillingMetrics } from './billing.metrics.js';
import { BillingRun } from './billing.run.js';

@Module({})
class TestModule {}

const NEVER = new AbortController().signal;

/** What the orders API does with a report before it answers, or instead. */
type Reaction = (report: Billing, order: Order) => TestAnswer | undefined;

describe('BillingRun', () => {
  const lines: string[] = [];
  const metrics = new Metrics('billing-worker');
  let orders: Order[];
  let react: Reaction;
  let database: TestDatabase;
  let dataSource: DataSource;
  let issuer: TestHttpServer;
  let api: TestHttpServer;
  let invoices: InvoiceRepository;
  let counters: BillingMetrics;
  let billing: BillingRun;

  beforeAll(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    const definition = { ...billingDatabase, url: database.url };
    await runMigrations(definition);
    dataSource = await new DataSource(dataSourceOptions(definition)).initialize();
    invoices = new InvoiceRepository(dataSource.getRepository(InvoiceEntity));
    counters = new BillingMetrics(metrics, invoices);
    issuer = await TestHttpServer.start(() => ({
      body: { access_token: 'tok-1', token_type: 'Bearer', expires_in: 300 },
    }));
    api = await TestHttpServer.start(answer);
    billing = await createRun();
  });

  beforeEach(async () => {
    await dataSource.query('TRUNCATE invoice');
    orders = Array.from({ length: 5 }, anOrder);
    react = () => undefined;
    lines.length = 0;
    metrics.registry.resetMetrics();
  });

  afterAll(async () => {
    await api.stop();
    await issuer.stop();
    await dataSource.destroy();
    await database.drop();
  });

  it('makes and reports one invoice for each order on all pages', async () => {
    await expect(billing.run(NEVER)).resolves.toEqual({
      seen: 5,
      invoiced: 5,
      acknowledged: 5,
      failed: 0,
    });

    await expectEachBilledOnce();
    await expect(billing.run(NEVER)).resolves.toMatchObject({
      seen: 0,
      invoiced: 0,
      acknowledged: 0,
    });
  });

  it('completes in the next run what an outage interrupted', async () => {
    let reports = 0;
    react = () => (++reports > 2 ? { status: 503 } : undefined);
    await expect(billing.run(NEVER)).rejects.toBeInstanceOf(OrdersApiUnavailableError);
    expect(orders.filter(({ status }) => status === 'pending')).not.toEqual([]);

    react = () => undefined;
    await billing.run(NEVER);

    await expectEachBilledOnce();
    expect(await counted()).toMatchObject({ issued: 5, acknowledged: 5 });
  });

  it('asks again about a report whose answer was lost, with the same invoice', async () => {
    react = (report, order) => {
      bill(order, report);
      return { status: 502 };
    };
    await expect(billing.run(NEVER)).rejects.toBeInstanceOf(OrdersApiUnavailableError);
    const [lost] = orders.filter(({ status }) => status === 'billed');
    expect(lost).toBeDefined();

    react = () => undefined;
    await billing.run(NEVER);

    await expectEachBilledOnce();
  });

  it('keeps a refused invoice as failed, says why, and goes on with the others', async () => {
    const [, cancelled] = orders;
    react = (_report, order) =>
      order === cancelled ? { status: 409, body: { code: 'order_cancelled' } } : undefined;

    await expect(billing.run(NEVER)).resolves.toMatchObject({ acknowledged: 4, failed: 1 });
    expect(await counted()).toEqual({ seen: 5, issued: 5, acknowledged: 4, failed: 1 });

    const failed = await dataSource.getRepository(InvoiceEntity).findBy({ status: 'failed' });
    expect(failed).toMatchObject([{ orderId: cancelled?.id, failure: 'order_cancelled' }]);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toContainEqual(
      expect.objectContaining({
        event: 'invoice.failed',
        order_id: cancelled?.id,
        invoice_id: failed[0]?.id,
        reason: 'order_cancelled',
      }),
    );
    await expect(billing.run(NEVER)).resolves.toMatchObject({ invoiced: 0, failed: 0 });
  });

  it('stops after the page at hand when it is told to, and goes on from there in the next run', async () => {
    const stop = new AbortController();
    react = () => {
      stop.abort();
      return undefined;
    };

    await expect(billing.run(stop.signal)).resolves.toMatchObject({ seen: 2, acknowledged: 2 });

    await billing.run(NEVER);
    await expectEachBilledOnce();
  });

  it('bills no order twice when two workers run at once', async () => {
    orders = Array.from({ length: 20 }, anOrder);

    await Promise.all([billing.run(NEVER), billing.run(NEVER), (await createRun()).run(NEVER)]);

    await expectEachBilledOnce();
    expect(await counted()).toMatchObject({ issued: 20, acknowledged: 20, failed: 0 });
  });

  async function counted() {
    const text = await metrics.registry.metrics();
    const value = (series: string) => {
      const line = text.split('\n').find((candidate) => candidate.startsWith(series));
      return Number(line?.split(' ').at(-1) ?? 0);
    };
    return {
      seen: value('billing_orders_seen_total'),
      issued: value('billing_invoices_issued_total'),
      acknowledged: value('billing_invoices_settled_total{status="acknowledged"'),
      failed: value('billing_invoices_settled_total{status="failed"'),
    };
  }

  async function expectEachBilledOnce(): Promise<void> {
    const invoices = await dataSource.getRepository(InvoiceEntity).find();
    const byOrder = new Map(invoices.map((invoice) => [invoice.orderId, invoice]));
    expect(invoices).toHaveLength(orders.length);
    for (const order of orders) {
      const invoice = byOrder.get(order.id);
      expect(invoice).toMatchObject({ status: 'acknowledged', amount: order.total });
      expect(order).toMatchObject({ status: 'billed', invoiceId: invoice?.id });
    }
  }

  async function createRun(): Promise<BillingRun> {
    const credentials = ClientCredentialsModule.forRoot({
      registrations: {
        billing: {
          apiUrl: api.url,
          issuer: issuer.url,
          tokenEndpoint: `${issuer.url}/token`,
          clientId: 'worker',
          authMethod: 'client_secret_basic',
          clientSecret: async () => 'secret',
        },
      },
    });
    const app = await NestFactory.createApplicationContext(
      { module: TestModule, imports: [credentials] },
      { logger: false, abortOnError: false },
    );
    return new BillingRun(
      new OrdersApiClient(app.get(httpServiceToken('billing'))),
      invoices,
      createEventLogger('billing', 'info', { write: (line) => void lines.push(line) }),
      counters,
    );
  }

  function answer({ method, path, body }: ReceivedRequest): TestAnswer {
    const url = new URL(path, api.url);
    if (method === 'GET') return { body: pageAfter(url.searchParams.get('cursor') ?? '') };
    const order = orders.find(({ id }) => url.pathname === `/orders/${id}/billing`);
    if (!order) return { status: 404 };
    const report = JSON.parse(body) as Billing;
    return react(report, order) ?? bill(order, report);
  }

  function pageAfter(cursor: string) {
    const pending = orders.filter(({ id, status }) => status === 'pending' && id > cursor);
    const items = pending.slice(0, 2);
    return { items, nextCursor: pending.length > 2 ? items.at(-1)?.id : null };
  }
});

function bill(order: Order, { invoiceId, billedAt }: Billing): TestAnswer {
  if (order.invoiceId !== undefined && order.invoiceId !== invoiceId) {
    return { status: 409, body: { code: 'billed_by_another_invoice' } };
  }
  Object.assign(order, { status: 'billed', invoiceId, billedAt });
  return { body: order };
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
