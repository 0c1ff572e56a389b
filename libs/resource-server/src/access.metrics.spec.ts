import { Metrics } from '@m2m/service-defaults';
import { TestClock } from '@m2m/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { issuerMetrics } from './access.metrics.js';

describe('the metrics of the guards', () => {
  let clock: TestClock;
  let metrics: Metrics;
  let measure: ReturnType<typeof issuerMetrics>;

  beforeEach(() => {
    clock = new TestClock();
    metrics = new Metrics('orders-api', clock.now);
    measure = issuerMetrics(metrics, clock.now);
  });

  it.each([
    ['keys are', 'oauth_issuer_keys_age_seconds', 'onKeysFetched'],
    ['list of what is revoked is', 'oauth_revocation_feed_age_seconds', 'onRevocationsFetched'],
  ] as const)('tell how old the %s, if there are any', async (_what, gauge, onFetched) => {
    const age = async () => {
      clock.advance({ seconds: 1 });
      const text = await metrics.registry.getSingleMetricAsString(gauge);
      return new RegExp(`^${gauge}\\S* (\\S+)$`, 'm').exec(text)?.[1];
    };
    expect(await age()).toBeUndefined();
    measure[onFetched]('failure');
    expect(await age()).toBeUndefined();

    measure[onFetched]('success');
    clock.advance({ seconds: 600 });
    expect(await age()).toBe('601');

    measure[onFetched]('failure');
    expect(await age()).toBe('602');
  });
});
