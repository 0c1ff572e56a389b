import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { EventLogger } from '../logging/event-logger.js';
import type { Metrics } from '../metrics/metrics.js';

const QUIET = new Set(['/health/live', '/health/ready', '/metrics']);

/** Records each finished request in the log and in the metrics: its path and never its query, which is not ours to keep. */
export function useRequestLog(
  server: FastifyInstance,
  logger: EventLogger,
  metrics: Metrics,
): void {
  server.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    const { statusCode: status, elapsedTime } = reply;
    metrics.requestDuration.observe({ method: request.method, route, status }, elapsedTime / 1_000);
    if (!QUIET.has(route)) {
      logger.info('http.request', `${request.method} ${route} ${status}`, {
        method: request.method,
        route,
        path: pathOf(request),
        status,
        duration_ms: Math.round(elapsedTime * 100) / 100,
        ...callerOf(request),
      });
    }
    done();
  });
}

const LONGEST_PATH = 200;

function pathOf(request: FastifyRequest): string {
  const end = request.url.indexOf('?');
  return (end < 0 ? request.url : request.url.slice(0, end)).slice(0, LONGEST_PATH);
}

// A guard leaves the verified client where Passport leaves a user.
function callerOf(request: FastifyRequest): { client_id?: string } {
  const { user } = request as { user?: { clientId?: string } };
  return user?.clientId === undefined ? {} : { client_id: user.clientId };
}
