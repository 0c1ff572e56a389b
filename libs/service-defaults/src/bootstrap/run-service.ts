import type { DynamicModule, ExceptionFilter } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { fastify } from 'fastify';
import type { z } from 'zod';
import { ConfigurationError, loadConfiguration } from '../configuration/load-configuration.js';
import type { ServiceConfiguration } from '../configuration/service-configuration.js';
import type { ApiDescription } from '../http/api-docs.js';
import type { CrossOriginAccess } from '../http/cross-origin.hook.js';
import { createHttpApplication } from '../http/http-application.js';
import { createEventLogger, type EventLogger } from '../logging/event-logger.js';
import { managementRoutes } from '../management/management.plugin.js';
import { Readiness } from '../management/readiness.js';
import { Metrics } from '../metrics/metrics.js';
import { problemDetails } from '../problem-details/problem.js';
import { ProblemDetailsFilter } from '../problem-details/problem-details.filter.js';
import { startTracing } from '../tracing/tracing.js';
import { serviceModule } from './service.module.js';

/** What makes a service: its name, its configuration, its root module and where it listens. */
export interface ServiceDefinition<Schema extends z.ZodObject> {
  readonly name: string;
  readonly configuration: Schema;
  port(configuration: z.output<Schema>): number;
  module(configuration: z.output<Schema>): DynamicModule;
  /** How errors are answered; by default as `application/problem+json`. */
  errorFilter?(logger: EventLogger, configuration: z.output<Schema>): ExceptionFilter;
  /** Left out by a service without a public API. */
  apiDescription?(configuration: z.output<Schema>): ApiDescription;
  /** Left out by a service that pages of other origins have no business with. */
  crossOriginAccess?(configuration: z.output<Schema>): CrossOriginAccess;
}

/**
 * Runs a service until SIGTERM or SIGINT, upon which it finishes the requests at hand and ends.
 * With a faulty configuration it lists all the faults and ends with exit code 1.
 */
export async function runService<Schema extends z.ZodObject>(
  definition: ServiceDefinition<Schema>,
): Promise<void> {
  const configuration = configurationOrExit(definition);
  // Every service's schema extends the common one, which a generic parameter cannot say.
  const common = configuration as unknown as ServiceConfiguration;
  const logger = createEventLogger(definition.name, common.LOG_LEVEL);
  try {
    await start(definition, configuration, common, logger);
  } catch (error) {
    logger.error('service.start_failed', `${definition.name} cannot start: ${describe(error)}`);
    process.exit(1);
  }
}

async function start<Schema extends z.ZodObject>(
  definition: ServiceDefinition<Schema>,
  configuration: z.output<Schema>,
  common: ServiceConfiguration,
  logger: EventLogger,
): Promise<void> {
  const tracing = await startTracing(definition.name, common, logger);
  const metrics = new Metrics(definition.name);
  const readiness = new Readiness();
  const module = serviceModule(definition.module(configuration), {
    logger,
    metrics,
    readiness,
    tracing,
  });
  const errorFilter =
    definition.errorFilter?.(logger, configuration) ?? new ProblemDetailsFilter(logger);
  const app = await createHttpApplication(
    module,
    logger,
    metrics,
    errorFilter,
    tracing,
    common.TRUSTED_PROXIES,
    definition.crossOriginAccess?.(configuration),
  );
  await serveManagement(app, common, readiness, metrics);
  if (definition.apiDescription && common.API_DOCS === 'on') {
    // Loaded only where it is needed: it takes a tenth of a second that every start would pay for.
    const { serveApiDocs } = await import('../http/api-docs.js');
    serveApiDocs(app, definition.apiDescription(configuration));
  }
  // An end that was asked for is no failure: the exit code is 0, not that of a killed process.
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
  const port = definition.port(configuration);
  await app.listen(port, common.LISTEN_HOST);
  logger.info('service.started', `${definition.name} listens on port ${port}`, { port });
}

async function serveManagement(
  app: NestFastifyApplication,
  common: ServiceConfiguration,
  readiness: Readiness,
  metrics: Metrics,
): Promise<void> {
  const routes = managementRoutes(readiness, metrics);
  if (common.MANAGEMENT_PORT === undefined) {
    await app.register(routes);
    return;
  }
  // It ends after the application, whose end has taken the time there is.
  const server = fastify({ forceCloseConnections: true });
  server.setNotFoundHandler((_request, reply) => {
    void reply.status(404).send(problemDetails(404));
  });
  await server.register(routes);
  await server.listen({ port: common.MANAGEMENT_PORT, host: common.LISTEN_HOST });
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onClose', () => server.close());
}

function configurationOrExit<Schema extends z.ZodObject>(
  definition: ServiceDefinition<Schema>,
): z.output<Schema> {
  try {
    return loadConfiguration(definition.configuration, process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${definition.name} cannot start: ${error.message}\n`);
    process.exit(1);
  }
}

// A refused connection to a database has all of its text in the errors it is made of.
function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(String).join('; ');
  return error instanceof Error ? error.message : String(error);
}
