import { describe, expect, it } from 'vitest';
import { failedText, summaryText } from './billing-text.ts';

const invoice = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  number: 'INV-2030-17',
  orderId: '01890a5d-ac96-774b-bcce-b302099a8058',
  amount: '19.80',
  currency: 'EUR',
  reason: 'amount_mismatch',
  issuedAt: '2030-01-01T00:00:00.000Z',
  failedAt: '2030-01-02T03:04:05.678Z',
};

describe('the text of npm run billing', () => {
  it('tells how billing stands', () => {
    const text = summaryText({
      invoices: 12,
      failed: 1,
      refusedOrders: 2,
      lastRunAt: '2030-01-02T03:04:05.678Z',
      queues: [{ name: 'report-invoice', queued: 3, active: 4 }],
    });

    expect(text).toMatch(/^invoices +12$/m);
    expect(text).toMatch(/^failed +1$/m);
    expect(text).toMatch(/^orders that cannot be billed +2$/m);
    expect(text).toMatch(/^last run +2030-01-02 03:04:05Z$/m);
    expect(text).toMatch(/^queue report-invoice +3 waiting, 4 at work$/m);
  });

  it('lists what has failed', () => {
    const refused = { ...invoice, reason: 'total_mismatch', refusedAt: invoice.failedAt };

    const text = failedText({ invoices: [invoice], refusedOrders: [refused] });

    expect(text).toMatch(/INV-2030-17 .* 19\.80 EUR +amount_mismatch +2030-01-02 03:04:05Z$/m);
    expect(text).toMatch(/8058 +total_mismatch +2030-01-02 03:04:05Z$/m);
  });

  it('says so when nothing has', () => {
    expect(failedText({ invoices: [], refusedOrders: [] })).toBe('no invoice has failed');
  });
});
