import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { anOrder } from '../fixtures/an-order.js';
import { BillingStore } from '../fixtures/billing-store.js';
import { FAILED_REPORTS, REPORT_INVOICE, type ReportData } from '../jobs/job-queues.js';
import { runOperation } from './operation.program.js';

const NOBODY = '01890a5d-ac96-774b-bcce-b302099a8057';

describe('the operators’ program', () => {
  let store: BillingStore;

  beforeAll(async () => {
    store = await BillingStore.create(inject('postgresUrl'));
  });

  afterEach(() => store.clear());
  afterAll(() => store.stop());

  async function run(...args: string[]) {
    let text = '';
    const environment = { BILLING_DATABASE_URL: store.url };
    const code = await runOperation(args, environment, (more) => (text += more));
    return { code, text };
  }

  async function document(...args: string[]): Promise<Record<string, unknown>> {
    const { code: exitCode, text } = await run(...args);
    return { exitCode, ...(JSON.parse(text) as Record<string, unknown>) };
  }

  /** Invoices that have failed, each with its dead letter, and no other job. */
  async function fail(count: number): Promise<string[]> {
    await store.issuing().issueFor(Array.from({ length: count }, () => anOrder()));
    const ids = (await store.all()).map(({ id }) => id);
    await store.invoices.settle(
      ids.map((id) => ({ id, status: 'failed', failure: 'amount_mismatch' })),
    );
    await store.jobs.deleteAllJobs(REPORT_INVOICE);
    const letters = ids.map((id) => ({ data: { invoiceId: id }, singletonKey: id }));
    await store.jobs.insert(FAILED_REPORTS, letters);
    return ids;
  }

  const invoicesIn = async (queue: string) =>
    (await store.jobs.findJobs<ReportData>(queue)).map(({ data }) => data.invoiceId).sort();

  it('lists what has failed, and why', async () => {
    await store.issuing().issueFor([anOrder({ total: '0.01' })]);
    const [first, second] = await fail(2);

    const listed = await document('failed');
    const limited = await document('failed', '--limit', '1');

    expect(listed).toMatchObject({
      exitCode: 0,
      invoices: [
        {
          id: first,
          number: `INV-${new Date().getUTCFullYear()}-1`,
          amount: '19.80',
          currency: 'EUR',
          reason: 'amount_mismatch',
        },
        { id: second },
      ],
      refusedOrders: [{ reason: 'total_mismatch' }],
    });
    expect(limited['invoices']).toHaveLength(1);
  });

  it('has a failed invoice reported again, once', async () => {
    const [first = '', second = ''] = await fail(2);

    await expect(document('retry', first)).resolves.toEqual({ exitCode: 0, retried: [first] });

    const [retried, other] = await store.all();
    expect(retried).toMatchObject({ status: 'issued', failure: null, settledAt: null });
    expect(other).toMatchObject({ status: 'failed' });
    expect(await invoicesIn(REPORT_INVOICE)).toEqual([first]);
    expect(await invoicesIn(FAILED_REPORTS)).toEqual([second]);
    await expect(document('retry', first)).resolves.toMatchObject({
      exitCode: 4,
      code: 'not_failed',
    });
  });

  it('has all of them reported again', async () => {
    const ids = await fail(102);

    const { exitCode, retried } = await document('retry', '--all');

    expect(exitCode).toBe(0);
    expect(retried).toEqual(ids.toSorted());
    expect(await invoicesIn(REPORT_INVOICE)).toEqual(ids.toSorted());
    expect(await invoicesIn(FAILED_REPORTS)).toEqual([]);
    await expect(document('retry', '--all')).resolves.toEqual({ exitCode: 0, retried: [] });
  });

  it('tells how billing stands', async () => {
    await fail(3);
    await store.issuing().issueFor([anOrder()]);

    await expect(document('summary')).resolves.toMatchObject({
      exitCode: 0,
      invoices: 4,
      issued: 1,
      acknowledged: 0,
      voided: 0,
      failed: 3,
      refusedOrders: 0,
      lastRunAt: null,
      queues: expect.arrayContaining([
        expect.objectContaining({ name: 'report-invoice' }),
      ]) as unknown,
    });
  });

  it.each([
    [3, 'not_found', ['retry', NOBODY]],
    [2, 'usage', ['retry']],
    [2, 'usage', ['retry', '--all', NOBODY]],
    [2, 'usage', ['retry', 'INV-1; DROP TABLE invoice']],
    [2, 'usage', ['failed', '--limit', '0']],
    [2, 'usage', ['failed', '--limit', '1001']],
    [2, 'usage', ['destroy']],
    [2, 'usage', []],
  ])('ends with %i and %s when it cannot: %j', async (exitCode, problem, args) => {
    const { code, text } = await run(...args);

    expect(code).toBe(exitCode);
    expect(JSON.parse(text)).toMatchObject({ type: 'about:blank', code: problem });
  });

  it('explains itself', async () => {
    const { code, text } = await run('retry', '--help');

    expect(code).toBe(0);
    expect(text).toContain('--all');
  });

  it.each([
    [{}, 2, 'configuration'],
    [{ BILLING_DATABASE_URL: 'postgres://billing:secret@localhost:1/billing' }, 5, 'unreachable'],
  ])('says so when it does not get to the database: %#', async (environment, exitCode, problem) => {
    let text = '';

    const code = await runOperation(['summary'], environment, (more) => (text += more));

    expect(code).toBe(exitCode);
    expect(JSON.parse(text)).toMatchObject({ code: problem });
    expect(text).not.toContain('secret@');
  });
});
