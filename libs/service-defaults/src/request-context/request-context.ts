import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { trace } from '@opentelemetry/api';
import { randomHex } from './random-hex.js';

/** What ties together everything that is done for one request, or for one run of a background job. */
export interface RequestContext {
  readonly requestId: string;
  /** The trace identifier of W3C Trace Context 3.2.2.3: 32 lower-case hexadecimal digits. */
  readonly traceId: string;
  /** The same two under the names they have in a log line. */
  readonly logFields: { readonly request_id: string; readonly trace_id: string };
}

const storage = new AsyncLocalStorage<RequestContext>();
const REQUEST_ID = /^[\w.-]{1,64}$/;
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * Makes the context of a request from what its caller sent along, or anew. Where there is a span its trace
 * is that of the request.
 *
 * @param requestId the `X-Request-Id` header; one that could not stand in a log line as it is gets replaced.
 * @param traceparent the header of W3C Trace Context 3.2.
 */
export function createRequestContext(requestId?: string, traceparent?: string): RequestContext {
  const id = requestId && REQUEST_ID.test(requestId) ? requestId : randomUUID();
  const traceId =
    trace.getActiveSpan()?.spanContext().traceId ??
    TRACEPARENT.exec(traceparent ?? '')?.[1] ??
    randomHex(16);
  return { requestId: id, traceId, logFields: { request_id: id, trace_id: traceId } };
}

/** Runs a function, and all that it awaits, inside a context. */
export function runInRequestContext<T>(context: RequestContext, run: () => T): T {
  return storage.run(context, run);
}

export function currentRequestContext(): RequestContext | undefined {
  return storage.getStore();
}

/** What continues the trace at hand later or elsewhere (W3C Trace Context 3.2); undefined outside of any. */
export function currentTraceparent(): string | undefined {
  const span = trace.getActiveSpan()?.spanContext();
  if (!span) return propagationHeaders()['traceparent'];
  const flags = span.traceFlags.toString(16).padStart(2, '0');
  return `00-${span.traceId}-${span.spanId}-${flags}`;
}

/**
 * The headers that carry the current context to another service, so that its logs can be found by the same
 * identifiers. With tracing on each request gets a `traceparent` that names its own span instead.
 */
export function propagationHeaders(): Record<string, string> {
  const context = storage.getStore();
  if (!context) return {};
  return {
    'x-request-id': context.requestId,
    traceparent: `00-${context.traceId}-${randomHex(8)}-01`,
  };
}
