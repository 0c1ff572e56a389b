import type { Span } from '../otlp/span.ts';

type Given = Partial<Span> & { readonly status?: number };

/** A span for tests: of a job, if nothing else is said. */
export function aSpan(given: Partial<Span> = {}): Span {
  return {
    service: 'billing-worker',
    traceId: 'trace',
    spanId: 'span',
    parentSpanId: '',
    name: 'billing run',
    kind: 'internal',
    startMs: 0,
    endMs: 10,
    attributes: {},
    failed: false,
    ...given,
  };
}

/** A request of the worker to the orders-api; of the status 0 if there was no answer. */
export function aRequest({ status = 200, attributes, ...given }: Given = {}): Span {
  return aSpan({
    kind: 'client',
    name: 'GET',
    attributes: {
      'http.request.method': 'GET',
      'url.full': 'http://localhost:3001/orders',
      'server.address': 'localhost',
      'server.port': 3001,
      ...(status > 0 && { 'http.response.status_code': status }),
      ...attributes,
    },
    ...given,
  });
}

/** What the orders-api did for a request. */
export function anAnswer({ status = 200, attributes, ...given }: Given = {}): Span {
  return aSpan({
    service: 'orders-api',
    kind: 'server',
    name: 'GET /orders',
    attributes: {
      'http.request.method': 'GET',
      'http.route': '/orders',
      'http.response.status_code': status,
      'url.path': '/orders',
      'server.address': 'localhost',
      'server.port': 3001,
      ...attributes,
    },
    ...given,
  });
}

/** A query of the orders-api. */
export function aQuery(given: Partial<Span> = {}): Span {
  return aSpan({
    service: 'orders-api',
    spanId: 'query',
    kind: 'client',
    name: 'SELECT customer_order',
    attributes: { 'db.system.name': 'postgresql', 'db.namespace': 'orders' },
    ...given,
  });
}
