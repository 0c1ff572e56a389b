import { Metrics } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import type { KeyState } from './key-schedule.js';
import { SigningKeys } from './signing-keys.js';

const SHOWN_STATES = ['announced', 'active', 'retiring'] as const satisfies readonly KeyState[];

/** Shows how old the keys are that are published, and whether this replica can use them. */
@Injectable()
export class SigningKeysMetrics {
  constructor(
    metrics: Metrics,
    private readonly keys: SigningKeys,
  ) {
    metrics.gaugeBy({
      name: 'oauth_signing_key_age_seconds',
      help: 'Time since a signing key was made, the oldest one, by what it is used for.',
      label: 'state',
      read: () => this.ages(Date.now()),
    });
    metrics.gauge({
      name: 'oauth_signing_keys_unreadable',
      help: 'Signing keys encrypted by a key-encryption key that this replica does not have.',
      read: () => keys.unreadable,
    });
  }

  private ages(now: number): Readonly<Record<string, number>> {
    return Object.fromEntries(
      SHOWN_STATES.flatMap((state) => {
        const oldest = this.keys.schedule.inState(state, now).at(-1);
        return oldest ? [[state, (now - oldest.key.createdAt.getTime()) / 1_000]] : [];
      }),
    );
  }
}
