import { once } from 'node:events';
import { request as startRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { suppressTracing, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace';
import { fastify, type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useRequestContext } from '../http/request-context.hook.js';
import {
  currentRequestContext,
  currentTraceparent,
  propagationHeaders,
} from '../request-context/request-context.js';
import { jobFailed, runJob } from './background-job.js';
import { traceFetch, traceHttpRequests } from './http-client-spans.js';
import { useServerSpans } from './http-server-spans.js';

const exporter = new InMemorySpanExporter();
let server: FastifyInstance;
let url: string;
let hold: Promise<void>;

beforeAll(async () => {
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  trace.setGlobalTracerProvider(provider);
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  traceHttpRequests();
  traceFetch();
  server = fastify();
  useServerSpans(server);
  useRequestContext(server);
  server.all('/things/:id', async () => currentRequestContext());
  server.post('/things', async () => currentRequestContext());
  server.get('/fails', async () => Promise.reject(new Error('hunter2')));
  server.get('/held', async () => hold);
  server.get('/health/ready', async () => currentRequestContext());
  url = await server.listen();
});

beforeEach(() => {
  exporter.reset();
});

afterAll(() => server.close());

async function spansOf(kind: SpanKind, count = 1): Promise<ReadableSpan[]> {
  const spans = () => exporter.getFinishedSpans().filter((span) => span.kind === kind);
  await expect.poll(() => spans().length).toBe(count);
  return spans();
}

async function spanOf(kind: SpanKind): Promise<ReadableSpan> {
  const [span] = await spansOf(kind);
  if (!span) throw new Error('there is no span');
  return span;
}

/** Sends a request by `node:http`, whose client is traced, and returns the body of the answer. */
async function send(path: string, options: RequestOptions = {}): Promise<string> {
  const request = startRequest(url + path, options).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const chunks = (await response.toArray()) as Buffer[];
  return Buffer.concat(chunks).toString();
}

describe('the span of a request that is answered', () => {
  it('is named by method and route, and has the path without its query', async () => {
    await send('/things/7?secret=hunter2');

    const { name, attributes, status } = await spanOf(SpanKind.SERVER);
    expect(name).toBe('GET /things/:id');
    expect(attributes).toEqual({
      'http.request.method': 'GET',
      'http.route': '/things/:id',
      'http.response.status_code': 200,
      'url.path': '/things/7',
      'url.scheme': 'http',
      'server.address': new URL(url).hostname,
      'server.port': Number(new URL(url).port),
    });
    expect(status).toEqual({ code: SpanStatusCode.UNSET });
  });

  it('is the root of a trace for a caller who names none, by which logs are found', async () => {
    const untraced = suppressTracing(context.active());
    const request = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };

    const answer = await context.with(untraced, () => fetch(`${url}/things`, request));

    const span = await spanOf(SpanKind.SERVER);
    expect(span.parentSpanContext).toBeUndefined();
    expect(await answer.json()).toMatchObject({
      logFields: { trace_id: span.spanContext().traceId },
    });
  });

  it('is a child of the one its caller names', async () => {
    const [traceId, parentId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
    const remote = { traceId, spanId: parentId, traceFlags: 1, isRemote: true };

    await context.with(trace.setSpanContext(context.active(), remote), () => send('/things/7'));

    const client = await spanOf(SpanKind.CLIENT);
    const answered = await spanOf(SpanKind.SERVER);
    expect(client.parentSpanContext?.spanId).toBe(parentId);
    expect(answered.parentSpanContext?.spanId).toBe(client.spanContext().spanId);
    expect(answered.spanContext().traceId).toBe(traceId);
  });

  it('without a route is named by its method alone', async () => {
    await send('/nothing-here');

    const { name, attributes, status } = await spanOf(SpanKind.SERVER);
    expect(name).toBe('GET');
    expect(attributes['http.route']).toBeUndefined();
    expect(attributes['http.response.status_code']).toBe(404);
    expect(status.code).toBe(SpanStatusCode.UNSET);
  });

  it('of a method that is not widely known does not repeat it in its name', async () => {
    await send('/nothing-here', { method: 'PROPFIND' });

    const { name, attributes } = await spanOf(SpanKind.SERVER);
    expect(name).toBe('HTTP');
    expect(attributes).toMatchObject({
      'http.request.method': '_OTHER',
      'http.request.method_original': 'PROPFIND',
    });
  });

  it('holds no more of the host a caller names than a host name can have', async () => {
    await send('/things/7', { headers: { host: 'eyJ'.repeat(4_000) } });

    const { attributes } = await spanOf(SpanKind.SERVER);
    expect(attributes['server.address']).toBe('eyJ'.repeat(85));
  });

  it('has failed if the service has', async () => {
    await send('/fails');

    const span = await spanOf(SpanKind.SERVER);
    expect(span.attributes).toMatchObject({
      'http.response.status_code': 500,
      'error.type': '500',
    });
    expect(span.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(JSON.stringify([span.attributes, span.events])).not.toContain('hunter2');
  });

  it('ends when its caller hangs up', async () => {
    let release: () => void = () => undefined;
    hold = new Promise((resolve) => (release = resolve));
    const request = startRequest(`${url}/held`).end();
    request.on('error', () => undefined);
    await once(server.server, 'request');

    request.destroy();

    const { attributes } = await spanOf(SpanKind.SERVER);
    expect(attributes['http.response.status_code']).toBeUndefined();
    release();
  });

  it('is not made for a probe', async () => {
    await send('/health/ready');

    await spanOf(SpanKind.CLIENT);
    expect(exporter.getFinishedSpans()).toHaveLength(1);
  });
});

describe.each([
  ['node:http', send],
  ['fetch', async (path: string) => (await fetch(url + path)).text()],
])('the span of a request by %s', (_, request) => {
  it('says what was asked of whom and how that ended, without the query', async () => {
    await request('/things/7?secret=hunter2');

    const { name, attributes } = await spanOf(SpanKind.CLIENT);
    expect(name).toBe('GET');
    expect(attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.response.status_code': 200,
      'url.full': `${url}/things/7`,
      'server.address': new URL(url).hostname,
      'server.port': Number(new URL(url).port),
    });
    expect(JSON.stringify(attributes)).not.toContain('hunter2');
  });

  it('has failed if the answer is an error', async () => {
    await request('/nothing-here');

    const { attributes, status } = await spanOf(SpanKind.CLIENT);
    expect(attributes).toMatchObject({ 'http.response.status_code': 404, 'error.type': '404' });
    expect(status.code).toBe(SpanStatusCode.ERROR);
  });
});

describe('the span of a request', () => {
  it('has failed if nobody answers', async () => {
    const request = startRequest('http://localhost:1/').end();
    await once(request, 'error');

    const { attributes, status } = await spanOf(SpanKind.CLIENT);
    expect(attributes['error.type']).toBe('ECONNREFUSED');
    expect(status).toEqual({ code: SpanStatusCode.ERROR });
  });
});

describe('a job', () => {
  it('is the root of a trace, in which its requests are', async () => {
    const answer = await runJob('a job', () =>
      send('/things/7', { headers: propagationHeaders() }),
    );

    const job = await spanOf(SpanKind.INTERNAL);
    const client = await spanOf(SpanKind.CLIENT);
    const { traceId, spanId } = job.spanContext();
    expect(job).toMatchObject({ name: 'a job', parentSpanContext: undefined });
    expect(client.parentSpanContext?.spanId).toBe(spanId);
    expect(JSON.parse(answer)).toMatchObject({ logFields: { trace_id: traceId } });
  });

  it('that has failed says so, and one that did not does not', async () => {
    await runJob('fails', async () => jobFailed(new TypeError('hunter2')));
    await expect(runJob('throws', async () => Promise.reject(new TypeError()))).rejects.toThrow();
    await runJob('works', async () => undefined);

    const [failed, thrown, good] = await spansOf(SpanKind.INTERNAL, 3);
    expect(thrown?.attributes).toEqual({ 'error.type': 'TypeError' });
    expect(failed?.attributes).toEqual({ 'error.type': 'TypeError' });
    expect(failed?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(good?.status).toEqual({ code: SpanStatusCode.UNSET });
  });

  it('that starts within another has a trace of its own', async () => {
    await runJob('outer', () => runJob('inner', async () => undefined));

    const [inner, outer] = await spansOf(SpanKind.INTERNAL, 2);
    expect(inner?.spanContext().traceId).not.toBe(outer?.spanContext().traceId);
  });

  it('that continues another one later is a part of its trace', async () => {
    const traceparent = await runJob('first', async () => currentTraceparent());

    const traceId = await runJob(
      'second',
      async () => currentRequestContext()?.traceId,
      traceparent,
    );

    const [first, second] = await spansOf(SpanKind.INTERNAL, 2);
    expect(second?.parentSpanContext).toMatchObject({ spanId: first?.spanContext().spanId });
    expect(second?.spanContext().traceId).toBe(first?.spanContext().traceId);
    expect(traceId).toBe(first?.spanContext().traceId);
  });
});
