import { Module, type DynamicModule } from '@nestjs/common';
import { EventLogger } from '../logging/event-logger.js';
import { Readiness } from '../management/readiness.js';
import { Metrics } from '../metrics/metrics.js';

@Module({})
class ServiceModule {}

/** Wraps a service's root module so that the parts every service has can be injected anywhere in it. */
export function serviceModule(
  service: DynamicModule,
  parts: { logger: EventLogger; metrics: Metrics; readiness: Readiness },
): DynamicModule {
  return {
    module: ServiceModule,
    global: true,
    imports: [service],
    providers: [
      { provide: EventLogger, useValue: parts.logger },
      { provide: Metrics, useValue: parts.metrics },
      { provide: Readiness, useValue: parts.readiness },
    ],
    exports: [EventLogger, Metrics, Readiness],
  };
}
