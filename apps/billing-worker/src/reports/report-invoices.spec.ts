import type { TestAnswer } from '@m2m/testing';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { anOrder } from '../fixtures/an-order.js';
import { bill, BillingWorld, PATIENCE } from '../fixtures/billing-world.js';

interface InvoiceRow {
  readonly id: string;
  readonly order_id: string;
  readonly status: string;
  readonly failure: string | null;
  readonly attempts: number;
}

describe('ReportInvoices', { timeout: 60_000 }, () => {
  let world: BillingWorld;

  beforeEach(async () => {
    vi.stubEnv('OAUTH_CLIENT_SECRET', 'secret');
    world = await BillingWorld.create(inject('postgresUrl'));
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await world.stop();
  });

  const invoices = () => world.query<InvoiceRow>('SELECT * FROM invoice ORDER BY number');
  const statuses = async () => (await invoices()).map(({ status }) => status).sort();
  const deadLetters = async () => {
    const rows = await world.query<{ data: { invoiceId: string } }>(
      `SELECT data FROM pgboss.job WHERE name = 'failed-reports'`,
    );
    return rows.map(({ data }) => data.invoiceId);
  };
  const waitingReports = () =>
    world.query(`SELECT FROM pgboss.job WHERE name = 'report-invoice' AND state < 'completed'`);

  it.each<[number, string]>([
    [409, 'billed_by_another_invoice'],
    [404, 'order_not_found'],
    [422, 'amount_mismatch'],
    [400, 'invalid_input'],
  ])('leaves an invoice that is refused by %d %s to a person', async (status, code) => {
    const refused = anOrder();
    world.orders = [refused, anOrder(), anOrder()];
    world.react = (_report, order) => (order === refused ? { status, body: { code } } : undefined);
    await world.startWorker();

    await expect.poll(statuses, PATIENCE).toEqual(['acknowledged', 'acknowledged', 'failed']);

    const failed = (await invoices()).find(({ order_id }) => order_id === refused.id);
    expect(failed).toMatchObject({ status: 'failed', failure: code });
    await expect.poll(deadLetters, PATIENCE).toEqual([failed?.id]);
    expect(await world.summary()).toMatchObject({ acknowledged: 2, failed: 1 });
    expect(world.events('invoice.failed')).toMatchObject([
      { level: 'error', invoice_id: failed?.id, reason: code },
    ]);
    expect(await world.valueOf('billing_invoices_settled_total{status="failed"')).toBe(1);
    expect(await waitingReports()).toEqual([]);
  });

  it('voids the invoice of an order that has been cancelled', async () => {
    world.orders = [anOrder()];
    world.react = () => ({ status: 409, body: { code: 'order_cancelled' } });
    await world.startWorker();

    await expect.poll(statuses, PATIENCE).toEqual(['voided']);

    await expect.poll(waitingReports, PATIENCE).toEqual([]);
    expect(await deadLetters()).toEqual([]);
    expect(await world.summary()).toMatchObject({ invoices: 1, acknowledged: 0, failed: 0 });
    expect(world.events('invoice.voided')).toMatchObject([{ level: 'warn' }]);
    expect(await world.valueOf('billing_invoices_settled_total{status="voided"')).toBe(1);
  });

  it.each<[string, TestAnswer]>([
    ['401', { status: 401 }],
    ['403', { status: 403 }],
  ])('stops when it has no access (%s), says so, and keeps all work', async (_what, answer) => {
    world.orders = Array.from({ length: 40 }, () => anOrder());
    world.react = () => answer;
    await world.startWorker({ reportAttempts: 1 });

    await expect.poll(() => world.events('billing.no_access').length, PATIENCE).toBeGreaterThan(0);
    await expect.poll(() => world.events('billing.run').length, PATIENCE).toBe(1);

    // Both batches may be under way, and each may have had several answers on their way.
    expect(world.reports.length).toBeLessThanOrEqual(32);
    expect(world.events('billing.no_access')[0]).toMatchObject({ level: 'error' });
    expect(new Set(await statuses())).toEqual(new Set(['issued']));
    await expect.poll(waitingReports, PATIENCE).toHaveLength(40);
    expect((await invoices()).every(({ attempts }) => attempts === 0)).toBe(true);
    expect(await deadLetters()).toEqual([]);
  });

  it.each<[string, TestAnswer]>([
    ['500', { status: 500 }],
    ['503', { status: 503 }],
    ['429', { status: 429, headers: { 'retry-after': '0' } }],
    ['a refusal that is not the API’s own', { status: 404 }],
  ])('tries again what passes: %s', async (_what, answer) => {
    world.orders = [anOrder(), anOrder()];
    let answers = 0;
    world.react = () => (++answers <= 3 ? answer : undefined);
    await world.startWorker();

    await expect.poll(statuses, PATIENCE).toEqual(['acknowledged', 'acknowledged']);

    const attempts = (await invoices()).reduce((sum, invoice) => sum + invoice.attempts, 0);
    expect(attempts).toBe(3);
    expect(world.events('billing.reports.retried').length).toBeGreaterThan(0);
  });

  it('leaves to a person what it has tried often enough, and what others need goes on', async () => {
    const hopeless = anOrder();
    world.orders = [hopeless, anOrder()];
    world.react = (_report, order) => (order === hopeless ? { status: 500 } : undefined);
    await world.startWorker({ reportAttempts: 3 });

    await expect.poll(statuses, PATIENCE).toEqual(['acknowledged', 'failed']);

    const failed = (await invoices()).find(({ order_id }) => order_id === hopeless.id);
    expect(failed).toMatchObject({ failure: 'orders_api_unavailable', attempts: 2 });
    await expect.poll(deadLetters, PATIENCE).toEqual([failed?.id]);
    const tries = world.reports.filter(({ path }) => path.includes(hopeless.id));
    expect(tries).toHaveLength(3);
  });

  it('makes no report of an invoice that is settled already', async () => {
    world.orders = [anOrder()];
    await world.startWorker();
    await expect.poll(statuses, PATIENCE).toEqual(['acknowledged']);

    await world.query(
      `INSERT INTO pgboss.job (name, data)
       SELECT 'report-invoice', jsonb_build_object('invoiceId', id) FROM invoice`,
    );

    await expect.poll(waitingReports, PATIENCE).toEqual([]);
    expect(world.reports).toHaveLength(1);
    expect(await statuses()).toEqual(['acknowledged']);
  });

  it('counts what two workers report at once only once', async () => {
    const [first, second] = [
      Promise.withResolvers<undefined>(),
      Promise.withResolvers<undefined>(),
    ];
    const order = anOrder();
    world.orders = [order];
    world.react = async (report) => {
      if (world.reports.length === 1) {
        bill(order, report);
        first.resolve(undefined);
        await second.promise;
      } else second.resolve(undefined);
      return undefined;
    };
    await world.startWorker();
    await first.promise;

    await world.query(
      `INSERT INTO pgboss.job (name, data)
       SELECT 'report-invoice', jsonb_build_object('invoiceId', id) FROM invoice`,
    );

    await expect.poll(() => world.reports.length, PATIENCE).toBe(2);
    await expect.poll(statuses, PATIENCE).toEqual(['acknowledged']);
    await expect.poll(waitingReports, PATIENCE).toEqual([]);
    expect(await world.valueOf('billing_invoices_settled_total{status="acknowledged"')).toBe(1);
  });
});
