import {
  tokenFailureReasons,
  type ClientCredentialsEvents,
  TokenProvider,
} from '@m2m/client-credentials';
import { Metrics } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';

/** Counts what becomes of token requests and of tokens. A service has one registration: it needs no label. */
export function tokenMetrics(metrics: Metrics): Required<ClientCredentialsEvents> {
  const used = metrics.counter({
    name: 'oauth_client_tokens_used_total',
    help: 'Access tokens handed out to be sent with a call.',
  });
  const requests = metrics.counterBy({
    name: 'oauth_client_token_requests_total',
    help: 'Requests for an access token, by outcome.',
    label: 'outcome',
    values: ['success', 'transient_failure', 'permanent_failure'],
  });
  const failures = metrics.counterBy({
    name: 'oauth_client_token_failures_total',
    help: 'Requests for an access token that brought none, by reason.',
    label: 'reason',
    values: tokenFailureReasons,
  });
  const duration = metrics.histogram({
    name: 'oauth_client_token_request_duration_seconds',
    help: 'Duration of requests for an access token, whatever their outcome.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
  const retried = metrics.counter({
    name: 'oauth_client_calls_retried_total',
    help: 'Calls that were sent once more, since their access token was refused.',
  });
  return {
    onTokenUsed: () => used.inc(),
    onTokenFetched: ({ seconds }) => {
      requests.inc('success');
      duration.observe(seconds);
    },
    onTokenFailed: ({ reason, transient, seconds }) => {
      requests.inc(transient ? 'transient_failure' : 'permanent_failure');
      failures.inc(reason);
      duration.observe(seconds);
    },
    onCallRetried: () => retried.inc(),
  };
}

/** Shows for how long the service's access token is good. */
@Injectable()
export class TokenLifetimeMetric {
  constructor(metrics: Metrics, tokens: TokenProvider) {
    metrics.gauge({
      name: 'oauth_client_token_lifetime_left_seconds',
      help: 'Time until the access token at hand expires; 0 if there is none.',
      read: () => tokens.lifetimeLeftSeconds,
    });
  }
}
