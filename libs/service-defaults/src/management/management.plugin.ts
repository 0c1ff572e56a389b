import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../metrics/metrics.js';
import { exposeReadiness } from '../metrics/readiness.metrics.js';
import type { Readiness } from './readiness.js';

/**
 * The routes an operator's tools ask: is the process alive, can it work, and how is it doing.
 *
 * A Fastify plugin rather than a Nest controller, so that it can stand on the service's own port or, with
 * `MANAGEMENT_PORT`, on another one.
 */
export function managementRoutes(readiness: Readiness, metrics: Metrics) {
  exposeReadiness(metrics, readiness);
  return async (server: FastifyInstance): Promise<void> => {
    server.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });
    server.get('/health/live', async () => ({ status: 'alive' }));
    server.get('/health/ready', async (_request, reply) => {
      const report = await readiness.report();
      return reply.status(report.status === 'ready' ? 200 : 503).send(report);
    });
    server.get('/metrics', async (_request, reply) =>
      reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
    );
  };
}
