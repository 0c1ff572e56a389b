import type { FastifyInstance } from 'fastify';
import type { EventLogger } from '../logging/event-logger.js';
import { tracingSettings, type TracingConfiguration } from './tracing-configuration.js';

/** Distributed tracing that has been asked for. */
export abstract class Tracing {
  /** Makes a span of each request that a server answers. To be called before any other hook is added. */
  abstract useServerSpans(server: FastifyInstance): void;

  /** Exports what is left. Nest calls it when the last request is answered and the last job has ended. */
  abstract onApplicationShutdown(): Promise<void>;
}

/**
 * Starts tracing if the standard variables ask for it; to be called before a module is made, because the
 * database driver is instrumented while it is loaded. If they do not, nothing of the SDK is loaded.
 */
export async function startTracing(
  service: string,
  configuration: TracingConfiguration,
  logger: EventLogger,
): Promise<Tracing | undefined> {
  const settings = tracingSettings(configuration);
  if (!settings) return undefined;
  const { OpenTelemetryTracing } = await import('./open-telemetry.js');
  return OpenTelemetryTracing.start(service, settings, logger);
}
