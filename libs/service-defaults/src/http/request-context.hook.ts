import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  createRequestContext,
  runInRequestContext,
  type RequestContext,
} from '../request-context/request-context.js';

/** Gives each request a context, and its caller the request's identifier to quote. */
export function useRequestContext(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const context = contextOf(request);
    reply.header('x-request-id', context.requestId);
    runInRequestContext(context, done);
  });
}

/** Makes the context of a request, from the headers its caller sent along. */
export function contextOf({ headers }: FastifyRequest): RequestContext {
  return createRequestContext(single(headers['x-request-id']), single(headers['traceparent']));
}

function single(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined;
}
