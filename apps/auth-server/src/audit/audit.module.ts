import { EventLogger, Metrics } from '@m2m/service-defaults';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditTrail } from './audit-trail.js';

// Not global, so that it is stopped before the database is closed.
@Module({
  providers: [
    {
      provide: AuditTrail,
      inject: [DataSource, EventLogger, Metrics],
      useFactory: (dataSource: DataSource, logger: EventLogger, metrics: Metrics) =>
        new AuditTrail(dataSource, logger, metrics),
    },
  ],
  exports: [AuditTrail],
})
export class AuditModule {}
