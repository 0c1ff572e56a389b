import { IssuerKeys } from '@m2m/guards';
import { Metrics } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';

/** Shows how old the keys are that tokens are verified by. */
@Injectable()
export class IssuerKeysMetrics {
  constructor(metrics: Metrics, keys: IssuerKeys) {
    metrics.gauge({
      name: 'oauth_issuer_keys_age_seconds',
      help: "Time since the issuer's keys were last fetched.",
      read: () => keys.ageSeconds,
    });
  }
}
