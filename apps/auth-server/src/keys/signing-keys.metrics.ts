import { Metrics } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import { SigningKeys } from './signing-keys.js';

/** Shows how old the key is that tokens are signed by. */
@Injectable()
export class SigningKeysMetrics {
  constructor(metrics: Metrics, keys: SigningKeys) {
    metrics.gaugeBy({
      name: 'oauth_signing_key_age_seconds',
      help: 'Time since a signing key was made, by what the key is used for.',
      label: 'state',
      read: () => ({ active: (Date.now() - keys.current.createdAt.getTime()) / 1_000 }),
    });
  }
}
