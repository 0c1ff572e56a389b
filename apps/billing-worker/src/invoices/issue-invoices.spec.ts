import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { anOrder } from '../fixtures/an-order.js';
import { BillingStore } from '../fixtures/billing-store.js';
import { REPORT_INVOICE, type ReportData } from '../jobs/job-queues.js';
import type { SettledStatus } from './invoice.repository.js';
import type { IssueInvoices } from './issue-invoices.js';

const YEAR = new Date().getUTCFullYear();

describe('IssueInvoices', () => {
  let store: BillingStore;
  let issuing: IssueInvoices;

  beforeAll(async () => {
    store = await BillingStore.create(inject('postgresUrl'));
    issuing = store.issuing();
  });

  afterEach(() => store.clear());
  afterAll(() => store.stop());

  it('makes one invoice for each order, and the job that reports it', async () => {
    const [a, b, c] = [anOrder(), anOrder(), anOrder()];

    await expect(issuing.issueFor([a, b])).resolves.toEqual({ invoiced: 2, refused: 0 });
    const [first] = await store.all();
    await expect(issuing.issueFor([a, b, c])).resolves.toEqual({ invoiced: 1, refused: 0 });
    await expect(issuing.issueFor([a, b, c])).resolves.toEqual({ invoiced: 0, refused: 0 });

    const made = await store.all();
    expect(made.map(({ orderId }) => orderId).sort()).toEqual([a.id, b.id, c.id].sort());
    expect(made[0]).toEqual(first);
    expect(await reportedInvoices()).toEqual(made.map(({ id }) => id).sort());
  });

  it.each(['acknowledged', 'voided'] as const)(
    'reports an invoice again whose order is pending once more, long after it was %s',
    async (status) => {
      const [lost, stale, other] = [anOrder(), anOrder(), anOrder()];
      await issuing.issueFor([lost, stale, other]);
      await store.jobs.deleteAllJobs();
      // A page may have been listed just before the report.
      await settle(lost, status, '61 seconds');
      await settle(stale, status, '59 seconds');

      await expect(issuing.issueFor([lost, stale, other])).resolves.toEqual({
        invoiced: 0,
        refused: 0,
      });

      const invoices = await store.all();
      const statusOf = (id: string) => invoices.find(({ orderId }) => orderId === id)?.status;
      expect([lost, stale, other].map(({ id }) => statusOf(id))).toEqual([
        'issued',
        status,
        'issued',
      ]);
      expect(await reportedInvoices()).toEqual([
        invoices.find(({ orderId }) => orderId === lost.id)?.id,
      ]);
      expect(store.lines.join()).toContain('invoice.reopened');
    },
  );

  it('copies the lines, the currency and the amount', async () => {
    const order = anOrder({
      currency: 'KWD',
      lines: [{ sku: 'Ω', quantity: 2, unitPrice: '1.250' }],
      total: '2.500',
    });

    await issuing.issueFor([order]);

    expect(await store.all()).toMatchObject([
      { lines: order.lines, currency: 'KWD', amount: '2.500', status: 'issued', attempts: 0 },
    ]);
  });

  it('sees the same order on one page twice and makes one invoice', async () => {
    const order = anOrder();

    await expect(issuing.issueFor([order, order])).resolves.toMatchObject({ invoiced: 1 });

    expect(await store.all()).toHaveLength(1);
    expect(await reportedInvoices()).toHaveLength(1);
  });

  it('makes one invoice for each order when several workers are at it at once', async () => {
    const orders = Array.from({ length: 50 }, () => anOrder());
    const inOtherOrders = [orders, orders.toReversed(), orders.slice(20), orders.slice(0, 30)];

    const made = await Promise.all(inOtherOrders.map((page) => issuing.issueFor(page)));

    expect(made.reduce((sum, { invoiced }) => sum + invoiced, 0)).toBe(50);
    expect(await store.all()).toHaveLength(50);
    expect(await reportedInvoices()).toHaveLength(50);
    expect(await numbers()).toEqual(fromOneTo(50));
  });

  it('numbers the invoices of an issuer and a year without gaps', async () => {
    const [a, b, c] = [anOrder(), anOrder(), anOrder()];
    await issuing.issueFor([a]);
    await issuing.issueFor([a, b]);
    await store.issuing('OTHER').issueFor([c]);

    const all = await store.all();

    const shown = all.map(({ issuer, year, number }) => `${issuer}-${year}-${number}`).sort();
    expect(shown).toEqual([`INV-${YEAR}-1`, `INV-${YEAR}-2`, `OTHER-${YEAR}-1`]);
  });

  it('leaves neither an invoice, nor a number, nor a job of what fails on its way', async () => {
    await issuing.issueFor([anOrder()]);
    const order = anOrder();
    await store.dataSource.query(
      `ALTER TABLE pgboss.job_common ADD CONSTRAINT no_more CHECK (false) NOT VALID`,
    );

    await expect(issuing.issueFor([order])).rejects.toThrow('no_more');

    await store.dataSource.query(`ALTER TABLE pgboss.job_common DROP CONSTRAINT no_more`);
    expect(await store.all()).toHaveLength(1);
    expect(await reportedInvoices()).toHaveLength(1);
    await issuing.issueFor([order]);
    expect(await numbers()).toEqual([1, 2]);
  });

  it('makes no wrong invoice: it keeps the order in mind, says so once, and bills the others', async () => {
    const wrong = anOrder({ total: '19.81' });

    await expect(issuing.issueFor([wrong, anOrder()])).resolves.toEqual({
      invoiced: 1,
      refused: 1,
    });
    await expect(issuing.issueFor([wrong])).resolves.toEqual({ invoiced: 0, refused: 0 });

    expect(await store.all()).toHaveLength(1);
    expect(await store.invoices.counts()).toMatchObject({ issued: 1, refusedOrders: 1 });
    expect(store.lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        level: 'error',
        event: 'order.refused',
        order_id: wrong.id,
        reason: 'total_mismatch',
      }),
    ]);
  });

  it('bills an order that has been put right', async () => {
    const wrong = anOrder({ total: '19.81' });
    await issuing.issueFor([wrong]);

    await issuing.issueFor([{ ...wrong, total: '19.80' }]);

    expect(await store.all()).toMatchObject([{ orderId: wrong.id, number: 1 }]);
    expect(await store.invoices.counts()).toMatchObject({ refusedOrders: 0 });
  });

  it('does nothing about no orders', async () => {
    await expect(issuing.issueFor([])).resolves.toEqual({ invoiced: 0, refused: 0 });
  });

  async function reportedInvoices(): Promise<string[]> {
    const jobs = await store.jobs.findJobs<ReportData>(REPORT_INVOICE);
    return jobs.map(({ data }) => data.invoiceId).sort();
  }

  async function settle(
    { id }: { readonly id: string },
    status: SettledStatus,
    ago: string,
  ): Promise<void> {
    await store.dataSource.query(
      `UPDATE invoice SET status = $2, settled_at = now() - $3::interval WHERE order_id = $1`,
      [id, status, ago],
    );
  }

  async function numbers(): Promise<(number | null)[]> {
    return (await store.all()).map(({ number }) => number);
  }
});

function fromOneTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}
