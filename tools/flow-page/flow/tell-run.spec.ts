import { describe, expect, it } from 'vitest';
import type { Span } from '../otlp/span.ts';
import { aQuery, aRequest, anAnswer, aSpan } from './a-span.ts';
import type { Call, Run } from './run.ts';
import { ServiceAddresses } from './service-addresses.ts';
import { tellRun } from './tell-run.ts';

function told(spans: readonly Span[]): Run | undefined {
  const addresses = new ServiceAddresses();
  for (const span of spans) addresses.learn(span);
  return tellRun(spans, addresses);
}

const callsOf = (run: Run | undefined) =>
  (run?.steps ?? []).filter((step): step is Call => step.kind === 'call');

const JOB = aSpan({ spanId: 'job', name: 'billing run', startMs: 1_000, endMs: 1_090 });

describe('tellRun', () => {
  it('tells a request and its answer as one call between two parties', () => {
    const run = told([
      JOB,
      aRequest({ spanId: 'r', parentSpanId: 'job', startMs: 1_010, endMs: 1_022 }),
      anAnswer({ spanId: 'a', parentSpanId: 'r', startMs: 1_012, endMs: 1_020 }),
      aQuery({ spanId: 'q', parentSpanId: 'a', startMs: 1_013, endMs: 1_014 }),
    ]);

    expect(run).toMatchObject({ title: 'Billing run', startedAt: 1_000, durationMs: 90 });
    expect(run?.steps).toMatchObject([
      {
        from: 'billing-worker',
        to: 'orders-api',
        request: 'GET /orders',
        answer: '200 OK',
        offsetMs: 10,
        durationMs: 12,
        steps: [],
      },
    ]);
    const titles = callsOf(run)[0]?.explanations.map(({ title }) => title);
    expect(titles).toEqual(['The exchange', 'Its database, orders']);
  });

  it('puts what the called one asked of others between its request and its answer', () => {
    const run = told([
      aRequest({ spanId: 'r' }),
      anAnswer({ spanId: 'a', parentSpanId: 'r' }),
      aRequest({ spanId: 'k', parentSpanId: 'a', service: 'orders-api' }),
      anAnswer({ spanId: 'b', parentSpanId: 'k', service: 'auth-server' }),
    ]);

    expect(callsOf(run)[0]?.steps).toMatchObject([{ from: 'orders-api', to: 'auth-server' }]);
  });

  it('tells calls that are alike as one, with how long they took, and others by themselves', () => {
    const pair = (name: string, startMs: number, endMs: number, status = 200) => [
      aRequest({
        spanId: name,
        startMs,
        endMs,
        attributes: { 'http.response.status_code': status },
      }),
      anAnswer({ spanId: `${name}!`, parentSpanId: name, startMs }),
    ];
    const run = told([
      ...pair('a', 1, 9),
      ...pair('b', 2, 4),
      ...pair('c', 3, 10),
      ...pair('d', 4, 5, 503),
    ]);

    expect(callsOf(run)).toMatchObject([
      { answer: '200 OK', alike: { count: 2, fastestMs: 2, slowestMs: 7 } },
      { answer: '503 Service Unavailable', problem: { code: '503' } },
    ]);
    expect(callsOf(run)[1]).not.toHaveProperty('alike');
  });

  it('tells who does not answer by where it has answered before', () => {
    const port = { 'server.address': 'localhost', 'server.port': 3000 };
    const run = told([
      anAnswer({ spanId: 'earlier', service: 'auth-server', startMs: 0, attributes: port }),
      aRequest({ spanId: 'r', attributes: { ...port, 'error.type': 'ECONNREFUSED' }, status: 0 }),
    ]);

    expect(callsOf(run).at(-1)).toMatchObject({
      from: 'billing-worker',
      to: 'auth-server',
      answer: 'no answer: ECONNREFUSED',
      problem: { code: 'ECONNREFUSED' },
    });
  });

  it('tells of a caller who exports nothing by its client', () => {
    const run = told([anAnswer({ spanId: 'a', attributes: { 'oauth.client.id': 'order-entry' } })]);

    expect(run?.title).toBe('order-entry calls orders-api');
    expect(callsOf(run)[0]).not.toHaveProperty('from');
  });

  it('tells of a job that has failed, and of none in which nobody called anybody', () => {
    const query = aQuery({ parentSpanId: 'job' });

    expect(told([JOB, query])).toBeUndefined();
    const failed = { ...JOB, failed: true, attributes: { 'error.type': 'AccessRefusedError' } };
    expect(told([failed, query])?.failure).toBe('AccessRefusedError');
  });

  it.each([
    [{ 'oauth.error': 'invalid_scope' }, 400, '400 invalid_scope', 'RFC 6749, 5.2'],
    [
      { 'oauth.error': 'invalid_client', 'oauth.client.authentication_failure': 'wrong_secret' },
      401,
      '401 invalid_client',
      'RFC 6749, 5.2',
    ],
    [{ 'oauth.access.outcome': 'expired' }, 401, '401 expired', 'RFC 6750, 3.1'],
    [
      { 'oauth.access.outcome': 'insufficient_scope', 'oauth.access.needed_scope': 'orders:bill' },
      403,
      '403 insufficient_scope',
      'RFC 6750, 3.1',
    ],
    [{ 'oauth.access.outcome': 'accepted' }, 409, '409 Conflict', 'RFC 9110, 15.5.10'],
  ])('with %j explains the %i', (attributes, status, answer, source) => {
    const run = told([
      aRequest({ spanId: 'r', status }),
      anAnswer({ spanId: 'a', parentSpanId: 'r', status, attributes }),
    ]);

    expect(callsOf(run)).toMatchObject([{ answer, problem: { source } }]);
    expect(callsOf(run)[0]?.problem?.meaning).toMatch(/\.$/);
  });
});
