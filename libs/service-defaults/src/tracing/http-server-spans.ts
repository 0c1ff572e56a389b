import type { ServerResponse } from 'node:http';
import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Span,
} from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_REQUEST_METHOD_ORIGINAL,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_PATH,
  ATTR_URL_SCHEME,
} from '@opentelemetry/semantic-conventions';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { pathOf, QUIET_ROUTES } from '../http/request-log.hook.js';
import { knownMethod } from '../metrics/known-method.js';

/** RFC 1035 2.3.4. Whatever a caller names beyond that is not a host. */
const LONGEST_HOST_NAME = 255;

const tracer = trace.getTracer('@m2m/service-defaults/http-server');

/**
 * Makes a span of each request, after OpenTelemetry's semantic conventions for HTTP servers, as a child of
 * its caller's. Everything that is done for the request happens inside of it.
 */
export function useServerSpans(server: FastifyInstance): void {
  server.addHook('onRequest', (request, reply, done) => {
    const route = request.is404 ? undefined : request.routeOptions.url;
    if (route !== undefined && QUIET_ROUTES.has(route)) {
      done();
      return;
    }
    const caller = propagation.extract(ROOT_CONTEXT, request.headers);
    const span = startSpan(request, route, caller);
    // Unlike Fastify's own hooks this comes as well if the caller hangs up before it has its answer.
    reply.raw.once('close', () => end(span, reply.raw));
    context.with(trace.setSpan(caller, span), done);
  });
}

function startSpan(request: FastifyRequest, route: string | undefined, caller: Context): Span {
  const method = knownMethod(request.method);
  const name = method === '_OTHER' ? 'HTTP' : method;
  return tracer.startSpan(
    route === undefined ? name : `${name} ${route}`,
    {
      kind: SpanKind.SERVER,
      attributes: {
        [ATTR_HTTP_REQUEST_METHOD]: method,
        ...(method !== request.method && { [ATTR_HTTP_REQUEST_METHOD_ORIGINAL]: request.method }),
        ...(route !== undefined && { [ATTR_HTTP_ROUTE]: route }),
        // Never the query, which is not ours to keep.
        [ATTR_URL_PATH]: pathOf(request),
        [ATTR_URL_SCHEME]: request.protocol,
        [ATTR_SERVER_ADDRESS]: request.hostname.slice(0, LONGEST_HOST_NAME),
        ...(request.port !== null && { [ATTR_SERVER_PORT]: request.port }),
      },
    },
    caller,
  );
}

function end(span: Span, response: ServerResponse): void {
  if (response.headersSent) {
    const { statusCode } = response;
    span.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
    if (statusCode >= 500) {
      span.setAttribute(ATTR_ERROR_TYPE, String(statusCode));
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
  }
  span.end();
}
