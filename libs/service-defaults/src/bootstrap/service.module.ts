import { Module, type DynamicModule } from '@nestjs/common';
import { EventLogger } from '../logging/event-logger.js';
import { Readiness } from '../management/readiness.js';
import { Metrics } from '../metrics/metrics.js';
import { Tracing } from '../tracing/tracing.js';

/** What each service has and has to be made before its modules. */
interface ServiceParts {
  readonly logger: EventLogger;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly tracing: Tracing | undefined;
}

@Module({})
class ServiceModule {}

/** Wraps a service's root module so that the parts every service has can be injected anywhere in it. */
export function serviceModule(service: DynamicModule, parts: ServiceParts): DynamicModule {
  return {
    module: ServiceModule,
    global: true,
    imports: [service],
    providers: [
      { provide: EventLogger, useValue: parts.logger },
      { provide: Metrics, useValue: parts.metrics },
      { provide: Readiness, useValue: parts.readiness },
      // Injected nowhere: it is here to be told of the shutdown.
      { provide: Tracing, useValue: parts.tracing },
    ],
    exports: [EventLogger, Metrics, Readiness],
  };
}
