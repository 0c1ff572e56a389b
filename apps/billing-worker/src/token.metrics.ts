import { TokenProvider } from '@m2m/client-credentials';
import { Metrics } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';

/** Shows how the worker's token requests go, and for how long its token is good. */
@Injectable()
export class TokenMetrics {
  constructor(metrics: Metrics, tokens: TokenProvider) {
    metrics.countsBy({
      name: 'oauth_client_token_requests_total',
      help: 'Requests for an access token, by outcome.',
      label: 'outcome',
      read: () => {
        const { success, transientFailure, permanentFailure } = tokens.requestCounts;
        return {
          success,
          transient_failure: transientFailure,
          permanent_failure: permanentFailure,
        };
      },
    });
    metrics.gauge({
      name: 'oauth_client_token_lifetime_left_seconds',
      help: 'Time until the access token at hand expires; 0 if there is none.',
      read: () => tokens.lifetimeLeftSeconds,
    });
  }
}
