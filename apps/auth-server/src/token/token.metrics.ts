import { Metrics, type BoundedCounter, type Histogram } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import { clientAuthMethods, type ClientAuthMethod } from '../clients/registered-client.js';
import { oauthErrorCodes, type OAuthErrorCode } from '../oauth/oauth-error.js';

/** Counts what the token endpoint gives out and what it refuses. */
@Injectable()
export class TokenMetrics {
  private readonly issued: BoundedCounter<ClientAuthMethod>;
  private readonly issuing: Histogram;
  private readonly refused: BoundedCounter<OAuthErrorCode>;

  constructor(metrics: Metrics) {
    this.issued = metrics.counterBy({
      name: 'oauth_access_tokens_issued_total',
      help: 'Access tokens issued, by how the client authenticated.',
      label: 'auth_method',
      values: clientAuthMethods,
    });
    this.issuing = metrics.histogram({
      name: 'oauth_access_token_issuing_duration_seconds',
      help: 'Time to make and sign an access token.',
      buckets: [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025],
    });
    this.refused = metrics.counterBy({
      name: 'oauth_token_requests_refused_total',
      help: 'Token requests refused, by error code.',
      label: 'error',
      values: oauthErrorCodes,
    });
  }

  tokenIssued(authMethod: ClientAuthMethod, seconds: number): void {
    this.issued.inc(authMethod);
    this.issuing.observe(seconds);
  }

  requestRefused(error: OAuthErrorCode): void {
    this.refused.inc(error);
  }
}
