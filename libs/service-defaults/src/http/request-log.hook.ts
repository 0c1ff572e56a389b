import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { EventLogger } from '../logging/event-logger.js';
import type { Metrics } from '../metrics/metrics.js';

/** What probes and scrapers ask for every few seconds, which would drown all else. */
export const QUIET_ROUTES: ReadonlySet<string> = new Set([
  '/health/live',
  '/health/ready',
  '/metrics',
]);

/** Records each finished request. */
export function useRequestLog(
  server: FastifyInstance,
  logger: EventLogger,
  metrics: Metrics,
): void {
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    const { statusCode: status, elapsedTime: elapsedMs } = reply;
    recordRequest(logger, metrics, request, { route, status, elapsedMs });
    done();
  });
}

/** Puts a request into the log and the metrics: its path and never its query, which is not ours to keep. */
export function recordRequest(
  logger: EventLogger,
  metrics: Metrics,
  request: FastifyRequest,
  outcome: { readonly route: string; readonly status: number; readonly elapsedMs: number },
): void {
  const { method } = request;
  const { route, status, elapsedMs } = outcome;
  metrics.recordRequest(method, route, status, elapsedMs / 1_000);
  if (QUIET_ROUTES.has(route)) return;
  logger.info('http.request', `${method} ${route} ${status}`, {
    method,
    route,
    path: pathOf(request),
    status,
    duration_ms: Math.round(elapsedMs * 100) / 100,
    ...callerOf(request),
  });
}

const LONGEST_PATH = 200;

/** The path of a request, without its query, and no more of it than one would read. */
export function pathOf(request: FastifyRequest): string {
  const end = request.url.indexOf('?');
  return (end < 0 ? request.url : request.url.slice(0, end)).slice(0, LONGEST_PATH);
}

// A guard leaves the verified client where Passport leaves a user.
function callerOf(request: FastifyRequest): { client_id?: string } {
  const { user } = request as { user?: { clientId?: string } };
  return user?.clientId === undefined ? {} : { client_id: user.clientId };
}
