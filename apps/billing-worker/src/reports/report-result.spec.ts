import { describe, expect, it } from 'vitest';
import type { ReportOutcome } from './report-outcome.js';
import { leaveAloneAfter, pauseAfter, resultOf, tellsToStop } from './report-result.js';

const acknowledged: ReportOutcome = {
  kind: 'settled',
  settlement: { id: 'i', status: 'acknowledged' },
};
const failed: ReportOutcome = {
  kind: 'settled',
  settlement: { id: 'i', status: 'failed', failure: 'order_not_found' },
};
const noAccess: ReportOutcome = { kind: 'no_access', reason: 'it answered 403' };
const postponed: ReportOutcome = { kind: 'postponed' };
const retry = (leaveAloneMs = 0): ReportOutcome => ({
  kind: 'retry',
  reason: 'it answered 503',
  leaveAloneMs,
});

describe('the result of a report', () => {
  it('ends its job, has it tried again, or makes it a dead letter', () => {
    expect(resultOf('j', acknowledged)).toEqual({ id: 'j', status: 'completed' });
    expect(resultOf('j', failed)).toEqual({
      id: 'j',
      status: 'deadletter',
      output: { reason: 'order_not_found' },
    });
    for (const [outcome, reason] of [
      [retry(), 'it answered 503'],
      [noAccess, 'it answered 403'],
      [postponed, 'postponed'],
    ] as const) {
      expect(resultOf('j', outcome)).toEqual({ id: 'j', status: 'failed', output: { reason } });
    }
  });

  it('ends its batch when nothing else would fare better', () => {
    expect([acknowledged, failed, postponed, retry()].map(tellsToStop)).toEqual(
      Array(4).fill(false),
    );
    expect([noAccess, retry(1)].map(tellsToStop)).toEqual([true, true]);
  });

  it('has the API left alone as long as it asked for', () => {
    expect(leaveAloneAfter([])).toBe(0);
    expect(leaveAloneAfter([acknowledged, retry(), retry(7_000), retry(3_000)])).toBe(7_000);
  });

  it('has reports pause in an outage, and while there is no access', () => {
    expect(pauseAfter([acknowledged, failed])).toBe(0);
    expect(pauseAfter([postponed])).toBe(0);
    expect(pauseAfter([acknowledged, retry()])).toBe(0);
    expect(pauseAfter([retry(), postponed])).toBe(2_000);
    expect(pauseAfter([retry(9_000)])).toBe(9_000);
    expect(pauseAfter([acknowledged, retry(9_000)])).toBe(9_000);
    expect(pauseAfter([acknowledged, noAccess, retry(9_000)])).toBe(30_000);
  });
});
