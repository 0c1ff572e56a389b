import { EventLogger, Metrics } from '@m2m/service-defaults';
import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditModule } from '../audit/audit.module.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { ChangeFeed } from '../changes/change-feed.js';
import { ClientThrottle } from './client.throttle.js';

/** Provides the throttle to the whole application. */
@Module({})
export class ThrottlingModule {
  /** @param failuresPerMinute how many there may be for one client from one address. */
  static with(failuresPerMinute: number): DynamicModule {
    return {
      module: ThrottlingModule,
      global: true,
      imports: [AuditModule],
      providers: [
        {
          provide: ClientThrottle,
          inject: [DataSource, ChangeFeed, AuditTrail, EventLogger, Metrics],
          useFactory: (
            dataSource: DataSource,
            feed: ChangeFeed,
            audit: AuditTrail,
            logger: EventLogger,
            metrics: Metrics,
          ) => new ClientThrottle(failuresPerMinute, dataSource, feed, audit, logger, metrics),
        },
      ],
      exports: [ClientThrottle],
    };
  }
}
