import { subscribe } from 'node:diagnostics_channel';
import { errorMonitor } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import {
  context,
  propagation,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
} from '@opentelemetry/api';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_URL_FULL,
  ATTR_URL_QUERY,
} from '@opentelemetry/semantic-conventions';

/** Makes a span of each `fetch`. */
export function traceFetch(): void {
  new UndiciInstrumentation({
    startSpanHook: ({ origin, path }) => ({
      [ATTR_URL_FULL]: origin + pathOf(path),
      [ATTR_URL_QUERY]: undefined,
    }),
  });
}

const tracer = trace.getTracer('@m2m/service-defaults/http-client');

/**
 * Makes a span of each request by `node:http` and `node:https`, whatever library makes it, after
 * OpenTelemetry's semantic conventions for HTTP clients, and sends its context along.
 *
 * Node.js tells of them by itself, so that nothing has to be patched before somebody imports it.
 */
export function traceHttpRequests(): void {
  const spans = new WeakMap<ClientRequest, Span>();
  subscribe('http.client.request.created', (message) => {
    const { request } = message as { request: ClientRequest };
    spans.set(request, startSpan(request));
  });
  subscribe('http.client.response.finish', (message) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage };
    recordStatus(spans.get(request), response.statusCode ?? 0);
  });
}

function startSpan(request: ClientRequest): Span {
  const span = tracer.startSpan(request.method, {
    kind: SpanKind.CLIENT,
    attributes: attributesOf(request),
  });
  propagation.inject(trace.setSpan(context.active(), span), request, {
    set: (_request, name, value) => {
      if (!request.headersSent) request.setHeader(name, value);
    },
  });
  request.once(errorMonitor, (error: NodeJS.ErrnoException) =>
    fail(span, error.code ?? error.name),
  );
  request.once('close', () => span.end());
  return span;
}

function attributesOf(request: ClientRequest): Attributes {
  const method = { [ATTR_HTTP_REQUEST_METHOD]: request.method };
  const origin = `${request.protocol}//${String(request.getHeader('host') ?? request.host)}`;
  if (!URL.canParse(origin)) return method;
  const { hostname, port, protocol } = new URL(origin);
  return {
    ...method,
    [ATTR_URL_FULL]: origin + pathOf(request.path),
    [ATTR_SERVER_ADDRESS]: hostname,
    [ATTR_SERVER_PORT]: Number(port) || (protocol === 'https:' ? 443 : 80),
  };
}

function recordStatus(span: Span | undefined, statusCode: number): void {
  span?.setAttribute(ATTR_HTTP_RESPONSE_STATUS_CODE, statusCode);
  if (span && statusCode >= 400) fail(span, String(statusCode));
}

function fail(span: Span, errorType: string): void {
  span.setAttribute(ATTR_ERROR_TYPE, errorType);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

// Never the query, which may hold what only the two ends of a request are to know.
function pathOf(pathAndQuery: string): string {
  return pathAndQuery.split('?')[0] ?? '';
}
