import { Metrics } from '@m2m/service-defaults';
import { TestClock } from '@m2m/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { accessMetrics } from './access.metrics.js';

describe('the metrics of the guards', () => {
  let clock: TestClock;
  let metrics: Metrics;
  let measure: ReturnType<typeof accessMetrics>;

  beforeEach(() => {
    clock = new TestClock();
    metrics = new Metrics('orders-api', clock.now);
    measure = accessMetrics(metrics, clock.now);
  });

  const keysAge = async () => {
    clock.advance({ seconds: 1 });
    const text = await metrics.registry.getSingleMetricAsString('oauth_issuer_keys_age_seconds');
    return /^oauth_issuer_keys_age_seconds\S* (\S+)$/m.exec(text)?.[1];
  };

  it('tell how old the keys are, if there are any', async () => {
    expect(await keysAge()).toBeUndefined();
    measure.onKeysFetched('failure');
    expect(await keysAge()).toBeUndefined();

    measure.onKeysFetched('success');
    clock.advance({ seconds: 600 });
    expect(await keysAge()).toBe('601');

    measure.onKeysFetched('failure');
    expect(await keysAge()).toBe('602');
  });
});
