import { NestFactory } from '@nestjs/core';
import type { DynamicModule, ExceptionFilter } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { EventLogger } from '../logging/event-logger.js';
import { NestLogger } from '../logging/nest-logger.js';
import type { Metrics } from '../metrics/metrics.js';
import { validationPipe } from '../problem-details/validation.js';
import type { Tracing } from '../tracing/tracing.js';
import { closeConnectionsInTime } from './closing-connections.hook.js';
import { useCrossOriginAccess, type CrossOriginAccess } from './cross-origin.hook.js';
import { JsonBodyPipe, keepBodiesUnparsed } from './json-body.js';
import { useRefusedBodies } from './refused-body.hook.js';
import { useMethodNotAllowed } from './method-not-allowed.hook.js';
import { useRequestContext } from './request-context.hook.js';
import { useRequestLog } from './request-log.hook.js';
import { normalTarget } from './request-target.js';
import { apiSecurityHeaders } from './security-headers.js';
import { answerUnroutable } from './unroutable.js';

const BODY_LIMIT_BYTES = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
// Longer than the idle time of the clients and proxies in front, so that they close a connection first.
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/**
 * Makes the HTTP application all our services are, before anything is mounted or listening.
 *
 * @param trustedProxies whose `X-Forwarded-For` is believed; from others it could say anything.
 * @param crossOriginAccess what pages of other origins may use; without it, nothing.
 */
export async function createHttpApplication(
  module: DynamicModule,
  logger: EventLogger,
  metrics: Metrics,
  errorFilter: ExceptionFilter,
  tracing?: Tracing,
  trustedProxies: readonly string[] = [],
  crossOriginAccess?: CrossOriginAccess,
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    logger: false,
    // Nest's middleware layer, which every request would pass and none of our services uses.
    skipMiddie: true,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    rewriteUrl: ({ url = '/' }) => normalTarget(url),
    // A request that arrives while the service stops is still answered.
    return503OnClosing: false,
    frameworkErrors: answerUnroutable(logger, metrics),
  });
  const server: FastifyInstance = adapter.getInstance();
  tracing?.useServerSpans(server);
  useRequestContext(server);
  useRequestLog(server, logger, metrics);
  // Before what answers unknown methods: a preflight is one.
  if (crossOriginAccess) useCrossOriginAccess(server, crossOriginAccess);
  useMethodNotAllowed(server);
  // Before what keeps a connection for a while whose request was refused.
  closeConnectionsInTime(server);
  useRefusedBodies(server);
  keepBodiesUnparsed(server);

  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    logger: new NestLogger(logger),
    bodyParser: false,
    abortOnError: false,
  });
  app.useSecurityHeaders(apiSecurityHeaders);
  app.useGlobalFilters(errorFilter);
  app.useGlobalPipes(new JsonBodyPipe(), validationPipe());
  return app;
}
