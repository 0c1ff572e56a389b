import { describe, expect, it } from 'vitest';
import { unknownReferences } from './unknown-references.ts';

describe('an expression', () => {
  it.each([
    ['sum by (reason) (rate(oauth_access_refused_total{reason="expired"}[5m]))', []],
    ['histogram_quantile(0.9, sum by (le) (rate(billing_run_duration_seconds_bucket[5m])))', []],
    ['max(process_resident_memory_bytes) / on (service) max by (service) (up)', []],
    ['rate(oauth_access_refusals_total[5m])', ['oauth_access_refusals_total']],
    ['billing_run_duration_seconds', ['billing_run_duration_seconds']],
    ['oauth_access_refused_total{reason="bored"}', ['reason=bored']],
    ['oauth_access_refused_total{client_id=~".+"}', ['client_id=…']],
    ['sum by (reason) (orders_placed_total)', ['reason']],
    ['up{job="orders"}', ['job=orders']],
  ])('%s: what the documentation does not know', (expression, unknown) => {
    expect(unknownReferences(expression)).toEqual(unknown);
  });

  it.each(['sum(', 'rate(up[5m]', 'up{job=}', '{job="orders-api"}'])(
    '%s is refused',
    (expression) => {
      expect(() => unknownReferences(expression)).toThrow();
    },
  );
});
