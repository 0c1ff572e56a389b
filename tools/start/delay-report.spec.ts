import { describe, expect, it } from 'vitest';
import { delayReport } from './delay-report.ts';

const failure = JSON.stringify({ level: 'error', service: 'billing-worker', msg: 'no token' });

describe('delayReport', () => {
  it('counts what is pending and quotes what went wrong', () => {
    const lines = ['not json', JSON.stringify({ level: 'info', msg: 'fine' }), failure];
    expect(delayReport(120, ['a1', 'b2'], 100, lines).split('\n    ')).toEqual([
      'orders are still pending 120 s after the worker was started: 2',
      'the first: a1',
      'billing-worker error: no token',
    ]);
  });

  it('does not pretend to know the number beyond a page', () => {
    expect(delayReport(120, ['a1', 'b2'], 2, [])).toContain('2 or more');
  });

  it('says when nothing was complained of', () => {
    expect(delayReport(120, ['a1'], 100, [])).toContain('no app has logged an error');
  });
});
