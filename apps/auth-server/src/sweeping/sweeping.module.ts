import { EventLogger, Metrics } from '@m2m/service-defaults';
import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditRetention } from '../audit/audit-retention.js';
import { ClientAuthenticationModule } from '../client-authentication/client-authentication.module.js';
import { UsedAssertions } from '../client-authentication/used-assertions.js';
import { SigningKeyLifecycle } from '../keys/signing-key.lifecycle.js';
import { RevokedTokensModule } from '../revocation/revoked-tokens.module.js';
import { RevocationFeed } from '../revocation/revocation-feed.js';
import { TokenRevocations } from '../revocation/token-revocations.js';
import { ThrottleRetention } from '../throttling/throttle-retention.js';
import type { SweepJob } from './sweep-job.js';
import { SweepScheduler } from './sweep.scheduler.js';
import { Sweeper } from './sweeper.js';

export interface SweepingOptions {
  readonly intervalSeconds: number;
  /** For how long audit events are kept. */
  readonly auditRetentionDays: number;
}

/** How long retired keys are still listed, for people to see what became of them. */
const RETIRED_KEYS_LISTED_MS = 30 * 86_400_000;

@Module({})
export class SweepingModule {
  static with(
    { intervalSeconds, auditRetentionDays }: SweepingOptions,
    keys: DynamicModule,
  ): DynamicModule {
    return {
      module: SweepingModule,
      imports: [ClientAuthenticationModule, RevokedTokensModule, keys],
      providers: [
        {
          provide: SweepScheduler,
          inject: [
            UsedAssertions,
            TokenRevocations,
            RevocationFeed,
            SigningKeyLifecycle,
            DataSource,
            EventLogger,
            Metrics,
          ],
          useFactory: (
            assertions: UsedAssertions,
            revocations: TokenRevocations,
            feed: RevocationFeed,
            signingKeys: SigningKeyLifecycle,
            dataSource: DataSource,
            logger: EventLogger,
            metrics: Metrics,
          ) => {
            const failures = new ThrottleRetention(dataSource);
            const audit = new AuditRetention(dataSource, auditRetentionDays);
            const jobs: SweepJob[] = [
              job('used_assertions', (limit) => assertions.deleteExpired(limit)),
              job('revoked_tokens', (limit) => revocations.deleteExpired(limit)),
              job('client_revocations', (limit) => feed.deleteExpired(limit)),
              job('signing_keys', (limit) =>
                signingKeys.deleteRetired(RETIRED_KEYS_LISTED_MS, limit),
              ),
              job('authentication_failures', (limit) => failures.deleteExpired(limit)),
              job('audit_events', (limit) => audit.deleteExpired(limit)),
            ];
            const sweeper = new Sweeper(jobs, dataSource, logger, metrics);
            return new SweepScheduler(sweeper, intervalSeconds);
          },
        },
      ],
    };
  }
}

const job = (name: string, deleteBatch: SweepJob['deleteBatch']): SweepJob => ({
  name,
  deleteBatch,
});
