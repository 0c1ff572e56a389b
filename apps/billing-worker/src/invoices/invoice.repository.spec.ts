import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { anOrder } from '../fixtures/an-order.js';
import { BillingStore } from '../fixtures/billing-store.js';
import type { InvoiceEntity } from './invoice.entity.js';
import type { InvoiceRepository } from './invoice.repository.js';

describe('InvoiceRepository', () => {
  let store: BillingStore;
  let invoices: InvoiceRepository;

  beforeAll(async () => {
    store = await BillingStore.create(inject('postgresUrl'));
    ({ invoices } = store);
  });

  afterEach(() => store.clear());
  afterAll(() => store.stop());

  async function issue(count: number): Promise<InvoiceEntity[]> {
    await store.issuing().issueFor(Array.from({ length: count }, () => anOrder()));
    return store.all();
  }

  it('finds invoices by their ids', async () => {
    const [a, b] = await issue(3);
    if (!a || !b) throw new Error('there are none');

    const found = await invoices.find([a.id, b.id, '01890a5d-ac96-774b-bcce-b302099a8057']);

    expect(found).toEqual(new Map([a, b].map((invoice) => [invoice.id, invoice])));
  });

  it('settles an invoice once: the first outcome stays', async () => {
    const [invoice] = await issue(1);
    const id = invoice?.id ?? '';

    const first = await invoices.settle([{ id, status: 'failed', failure: 'amount_mismatch' }]);
    const [settled] = await store.all();
    const second = await invoices.settle([{ id, status: 'acknowledged' }]);

    expect([first, second]).toEqual([['failed'], []]);
    expect(settled).toMatchObject({ status: 'failed', failure: 'amount_mismatch' });
    expect(settled?.settledAt).toBeInstanceOf(Date);
    expect(await store.all()).toEqual([settled]);
  });

  it('settles many at once, each in its own way', async () => {
    const [a, b, c] = await issue(3);

    const settled = await invoices.settle([
      { id: a?.id ?? '', status: 'acknowledged' },
      { id: b?.id ?? '', status: 'voided' },
      { id: c?.id ?? '', status: 'failed', failure: 'order_not_found' },
    ]);

    expect(settled.sort()).toEqual(['acknowledged', 'failed', 'voided']);
    expect((await store.all()).map(({ status, failure }) => [status, failure])).toEqual([
      ['acknowledged', null],
      ['voided', null],
      ['failed', 'order_not_found'],
    ]);
    await expect(invoices.settle([])).resolves.toEqual([]);
  });

  it('tells how many are unreported, up to a limit, and since when', async () => {
    await expect(invoices.backlog(10)).resolves.toEqual({ count: 0, oldest: null });
    const [first] = await issue(3);

    await expect(invoices.backlog(10)).resolves.toEqual({ count: 3, oldest: first?.issuedAt });
    await expect(invoices.backlog(2)).resolves.toMatchObject({ count: 2 });
    await invoices.settle([{ id: first?.id ?? '', status: 'acknowledged' }]);
    await expect(invoices.backlog(10)).resolves.toMatchObject({ count: 2 });
  });

  it('counts the invoices by how they stand', async () => {
    await expect(invoices.counts()).resolves.toEqual({
      issued: 0,
      acknowledged: 0,
      voided: 0,
      failed: 0,
      refusedOrders: 0,
    });
    const [a, b, c, d] = await issue(7);
    await invoices.settle([
      { id: a?.id ?? '', status: 'acknowledged' },
      { id: b?.id ?? '', status: 'acknowledged' },
      { id: c?.id ?? '', status: 'failed', failure: 'order_not_found' },
      { id: d?.id ?? '', status: 'voided' },
    ]);

    await expect(invoices.counts()).resolves.toEqual({
      issued: 3,
      acknowledged: 2,
      voided: 1,
      failed: 1,
      refusedOrders: 0,
    });
  });

  it('counts failed attempts', async () => {
    const [a, b] = await issue(2);

    await invoices.countAttempt([a?.id ?? '', b?.id ?? '']);
    await invoices.countAttempt([b?.id ?? '']);
    await invoices.countAttempt([]);

    expect((await store.all()).map(({ attempts }) => attempts)).toEqual([1, 2]);
  });
});
