import { tokenFailureReasons } from '@m2m/client-credentials';
import { Metrics } from '@m2m/service-defaults';
import { beforeEach, describe, expect, it } from 'vitest';
import { tokenMetrics } from './token.metrics.js';

const registration = 'billing';

describe('the metrics of the token client', () => {
  let metrics: Metrics;
  let measure: ReturnType<typeof tokenMetrics>;

  beforeEach(() => {
    metrics = new Metrics('billing-worker');
    measure = tokenMetrics(metrics);
  });

  const valuesOf = async (name: string) => {
    const metric = metrics.registry.getSingleMetric(name);
    const { values = [] } = (await metric?.get()) ?? {};
    return values.filter(({ value }) => value > 0).map(({ value, labels }) => ({ value, labels }));
  };

  it('count tokens and calls', async () => {
    measure.onTokenUsed(registration);
    measure.onTokenUsed(registration);
    measure.onCallRetried(registration);

    expect(await valuesOf('oauth_client_tokens_used_total')).toEqual([{ value: 2, labels: {} }]);
    expect(await valuesOf('oauth_client_calls_retried_total')).toEqual([{ value: 1, labels: {} }]);
  });

  it('count requests by outcome, failures by reason, and measure all', async () => {
    measure.onTokenFetched({ registration, seconds: 0.02 });
    measure.onTokenFailed({ registration, seconds: 3, reason: 'timeout', transient: true });
    measure.onTokenFailed({ registration, seconds: 3, reason: 'invalid_scope', transient: false });

    expect(await valuesOf('oauth_client_token_requests_total')).toEqual([
      { value: 1, labels: { outcome: 'success' } },
      { value: 1, labels: { outcome: 'transient_failure' } },
      { value: 1, labels: { outcome: 'permanent_failure' } },
    ]);
    expect(await valuesOf('oauth_client_token_failures_total')).toEqual([
      { value: 1, labels: { reason: 'invalid_scope' } },
      { value: 1, labels: { reason: 'timeout' } },
    ]);
    const text = await metrics.registry.metrics();
    expect(text).toMatch(/oauth_client_token_request_duration_seconds_count\S* 3\n/);
    expect(text).toMatch(/oauth_client_token_request_duration_seconds_bucket\S*le="0.025"\S* 1\n/);
  });

  it('show each reason from the start, at zero', async () => {
    const text = await metrics.registry.metrics();

    for (const reason of tokenFailureReasons) {
      expect(text).toMatch(new RegExp(`oauth_client_token_failures_total\\S*"${reason}"\\S* 0\n`));
    }
  });
});
