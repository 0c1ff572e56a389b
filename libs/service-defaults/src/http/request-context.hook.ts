import type { FastifyInstance } from 'fastify';
import { createRequestContext, runInRequestContext } from '../request-context/request-context.js';

/** Gives each request a context, and its caller the request's identifier to quote. */
export function useRequestContext(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const context = createRequestContext(
      single(request.headers['x-request-id']),
      single(request.headers['traceparent']),
    );
    reply.header('x-request-id', context.requestId);
    runInRequestContext(context, done);
  });
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
