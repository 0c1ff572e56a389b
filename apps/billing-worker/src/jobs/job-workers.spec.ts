import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { anOrder } from '../fixtures/an-order.js';
import { bill, BillingWorld, PATIENCE } from '../fixtures/billing-world.js';

describe('JobWorkers', { timeout: 30_000 }, () => {
  let world: BillingWorld;

  beforeEach(async () => {
    vi.stubEnv('OAUTH_CLIENT_SECRET', 'secret');
    world = await BillingWorld.create(inject('postgresUrl'));
    world.orders = Array.from({ length: 5 }, () => anOrder());
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await world.stop();
  });

  it('bills all pages at once, and says so in the summary and the log', async () => {
    await world.startWorker();

    await allAcknowledged();

    expect(await world.summary()).toEqual({
      invoices: 5,
      acknowledged: 5,
      failed: 0,
      lastRunAt: expect.stringMatching(/^20\d\d-.*Z$/) as string,
    });
    expect(world.events('billing.run')).toMatchObject([{ seen: 5, invoiced: 5, refused: 0 }]);
    const acknowledged = world
      .events('billing.reports')
      .reduce((sum, event) => sum + Number(event['acknowledged']), 0);
    expect(acknowledged).toBe(5);
    await expectEachBilledOnce();
  });

  it('has any number of workers share the work, each order billed once', async () => {
    world.orders = Array.from({ length: 60 }, () => anOrder());

    await Promise.all([1, 2, 3].map(() => world.startWorker({ intervalSeconds: 1 })));

    await allAcknowledged();
    await expectEachBilledOnce();
    expect(world.reports).toHaveLength(60);
  });

  it('looks through the orders once in an interval, whatever the number of workers', async () => {
    world.orders = [];
    await Promise.all([1, 2, 3].map(() => world.startWorker()));
    await expect.poll(() => world.events('billing.run'), PATIENCE).toHaveLength(1);

    const scans = await world.query(`SELECT id FROM pgboss.job WHERE name = 'scan-orders'`);

    expect(scans).toHaveLength(1);
    expect(world.lists).toHaveLength(1);
  });

  it('deletes jobs an hour after their end, and not once a day', async () => {
    await world.startWorker();
    await allAcknowledged();
    await world.query(`UPDATE pgboss.job SET completed_on = now() - interval '61 minutes'
      WHERE state = 'completed'`);
    await world.query(`UPDATE pgboss.queue SET maintain_on = now() - interval '301 seconds'`);

    const ended = () =>
      world.query(`SELECT id FROM pgboss.job WHERE completed_on < now() - interval '1 hour'`);
    expect(await ended()).not.toEqual([]);
    await expect.poll(ended, { timeout: 20_000 }).toEqual([]);
  });

  it('finds in the next interval what was placed after it has looked', async () => {
    await world.startWorker({ intervalSeconds: 1 });
    await allAcknowledged();

    world.orders.push(anOrder({ id: '00000000-0000-7000-8000-000000000001' }));

    await allAcknowledged();
    await expectEachBilledOnce();
  });

  it('bills the orders beside one that nobody can take in', async () => {
    const broken = [{ sku: 'a\0b', quantity: 1, unitPrice: '19.80' }];
    world.orders[0] = anOrder({ id: world.orders[0]?.id ?? '', lines: broken });
    const unreadable = { ...anOrder(), createdAt: 'yesterday' };
    world.orders.push(unreadable);
    await world.startWorker();

    await expect
      .poll(() => world.summary(), PATIENCE)
      .toMatchObject({ invoices: 4, acknowledged: 4, failed: 2 });
    expect(world.events('order.refused')).toMatchObject([
      { reason: 'malformed_order' },
      { reason: 'malformed_order' },
    ]);
  });

  it('goes on after a run that failed', async () => {
    world.onList = () => ({ status: 503 });
    await world.startWorker({ intervalSeconds: 1 });
    await expect.poll(() => world.events('billing.run.failed').length, PATIENCE).toBeGreaterThan(1);
    expect(await world.summary()).toMatchObject({ invoices: 0, lastRunAt: null });
    expect(await world.valueOf('billing_runs_total{outcome="failure"')).toBeGreaterThan(1);
    expect(await world.valueOf('billing_runs_total{outcome="success"')).toBe(0);

    world.onList = () => undefined;
    await allAcknowledged();

    expect(await world.valueOf('billing_runs_total{outcome="success"')).toBeGreaterThan(0);
  });

  it('tries again soon after a run that failed, however far the next interval is', async () => {
    let failures = 0;
    world.onList = () => (failures++ < 2 ? { status: 503 } : undefined);
    await world.startWorker({ intervalSeconds: 3_600 });

    await allAcknowledged();

    expect(world.events('billing.run.failed')).toHaveLength(2);
    expect(world.events('billing.run')).toHaveLength(1);
    const scans = await world.query(`SELECT state FROM pgboss.job WHERE name = 'scan-orders'`);
    expect(scans).toEqual([{ state: 'completed' }]);
    await expectEachBilledOnce();
  });

  it('leaves the rest of a run that was stopped to another worker, however far the next interval is', async () => {
    const released = Promise.withResolvers<undefined>();
    world.onList = () => released.promise;
    const stopped = await world.startWorker();
    await expect.poll(() => world.lists, PATIENCE).toHaveLength(1);
    const closing = stopped.close();
    // Each look takes a connection of its own: time enough for the worker to be told.
    for (let looks = 0; looks < 10; looks++) await world.query('SELECT');
    released.resolve(undefined);
    await closing;
    expect(await world.query('SELECT FROM invoice')).toHaveLength(2);
    expect(world.events('billing.run')).toEqual([]);
    expect(world.events('billing.run.failed')).toEqual([]);
    expect(world.events('billing.run.stopped')).toHaveLength(1);

    await world.startWorker();

    await allAcknowledged();
    expect(world.events('billing.run')).toMatchObject([{ invoiced: 3 }]);
    await expectEachBilledOnce();
  });

  it('finishes the reports at hand when it is told to stop, and sends no other', async () => {
    const released = Promise.withResolvers<undefined>();
    world.orders = Array.from({ length: 30 }, () => anOrder());
    world.react = () => released.promise;
    const worker = await world.startWorker();
    await expect.poll(() => world.reports.length, PATIENCE).toBeGreaterThan(0);
    await expect.poll(() => world.events('billing.run'), PATIENCE).toHaveLength(1);
    const sent = world.reports.length;

    const closed = vi.fn();
    const closing = worker.close().then(closed);
    // Each look takes a connection of its own: time enough to close, if nothing were waited for.
    for (let looks = 0; looks < 10; looks++) await world.query('SELECT');
    expect(closed).not.toHaveBeenCalled();
    released.resolve(undefined);
    await closing;

    const invoices = await statusOfInvoices();
    expect(invoices.filter((status) => status === 'acknowledged')).toHaveLength(sent);
    expect(world.reports).toHaveLength(sent);
    expect(sent).toBeLessThan(30);
    const jobs = await world.query(
      `SELECT FROM pgboss.job WHERE name = 'report-invoice' AND state < 'active'`,
    );
    expect(jobs).toHaveLength(30 - sent);
  });

  it('reports again what was applied though its answer was lost, with the same invoice', async () => {
    const lost = new Set<string>();
    world.react = (report, order) => {
      if (lost.has(order.id)) return undefined;
      lost.add(order.id);
      bill(order, report);
      return { status: 502 };
    };
    await world.startWorker();

    await allAcknowledged();

    await expectEachBilledOnce();
    const ids = world.reports.map(
      ({ body }) => (JSON.parse(body) as { invoiceId: string }).invoiceId,
    );
    expect(new Set(ids).size).toBe(5);
    expect(ids.length).toBeGreaterThanOrEqual(10);
  });

  it('B05 leaves the API alone as long as a report was told to', async () => {
    world.orders = [anOrder()];
    const times: number[] = [];
    world.react = () => {
      times.push(performance.now());
      return times.length === 1 ? { status: 429, headers: { 'retry-after': '3' } } : undefined;
    };
    await world.startWorker({ intervalSeconds: 1 });

    await allAcknowledged();

    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(2_900);
    // Nor does it look for orders in between.
    expect(world.lists.length).toBeLessThanOrEqual(3);
  });

  it('sends the identifiers of a run, and of a batch of reports, along with every request of it', async () => {
    await world.startWorker();
    await allAcknowledged();

    const [run] = world.events('billing.run');
    const batches = world.events('billing.reports');
    expect(world.lists.length).toBeGreaterThan(0);
    for (const { headers } of world.lists) expectIdentifiers(headers, [run]);
    for (const { headers } of world.reports) expectIdentifiers(headers, batches);
  });

  it('shows its backlog, its queues, its token requests and its token', async () => {
    const released = Promise.withResolvers<undefined>();
    world.orders = [anOrder({ createdAt: new Date(Date.now() - 60_000).toISOString() })];
    world.react = () => released.promise;
    await world.startWorker();
    await expect.poll(() => world.reports.length, PATIENCE).toBe(1);
    await expect.poll(() => world.events('billing.run'), PATIENCE).toHaveLength(1);

    expect(await world.valueOf('billing_orders_seen_total')).toBe(1);
    expect(await world.valueOf('billing_invoices_issued_total')).toBe(1);
    expect(await world.valueOf('billing_invoices_unreported')).toBe(1);
    expect(
      await world.valueOf('billing_oldest_unreported_invoice_age_seconds'),
    ).toBeGreaterThanOrEqual(0);
    expect(await world.valueOf('billing_oldest_pending_order_age_seconds')).toBeGreaterThan(59);
    expect(await world.valueOf('oauth_client_token_requests_total{outcome="success"')).toBe(1);
    expect(await world.valueOf('oauth_client_token_lifetime_left_seconds')).toBeGreaterThan(200);
    expect(await world.valueOf('oauth_client_tokens_used_total')).toBe(2);
    await expect
      .poll(() => world.valueOf('billing_queue_jobs{queue="report-invoice"'), PATIENCE)
      .toBe(1);
    expect(await world.valueOf('billing_queue_jobs{queue="failed-reports"')).toBe(0);
    released.resolve(undefined);
    await expect.poll(() => world.valueOf('billing_invoices_unreported'), PATIENCE).toBe(0);
    expect(await world.valueOf('billing_invoices_settled_total{status="acknowledged"')).toBe(1);
  });

  async function allAcknowledged(): Promise<void> {
    await expect
      .poll(async () => (await world.summary())?.acknowledged, PATIENCE)
      .toBe(world.orders.length);
    await expect.poll(() => world.events('billing.run').length, PATIENCE).toBeGreaterThan(0);
  }

  async function expectEachBilledOnce(): Promise<void> {
    const invoices = await world.query<Record<string, unknown>>(
      `SELECT order_id, id, amount, status, number FROM invoice ORDER BY number`,
    );
    const byOrder = new Map(invoices.map((invoice) => [invoice['order_id'], invoice]));
    expect(invoices).toHaveLength(world.orders.length);
    expect(invoices.map(({ number }) => number)).toEqual(world.orders.map((_, index) => index + 1));
    for (const order of world.orders) {
      const invoice = byOrder.get(order.id);
      expect(invoice).toMatchObject({ status: 'acknowledged', amount: order.total });
      expect(order).toMatchObject({ status: 'billed', invoiceId: invoice?.['id'] });
    }
  }

  async function statusOfInvoices(): Promise<string[]> {
    const rows = await world.query<{ status: string }>('SELECT status FROM invoice');
    return rows.map(({ status }) => status);
  }
});

function expectIdentifiers(
  headers: Readonly<Record<string, unknown>>,
  events: readonly (Record<string, unknown> | undefined)[],
): void {
  const event = events.find((candidate) => candidate?.['request_id'] === headers['x-request-id']);
  expect(event).toBeDefined();
  expect(headers['traceparent']).toContain(`00-${String(event?.['trace_id'])}-`);
}
