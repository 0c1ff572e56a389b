import { describe, expect, it } from 'vitest';
import {
  createRequestContext,
  currentRequestContext,
  currentTraceparent,
  propagationHeaders,
  runInRequestContext,
} from './request-context.js';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

describe('createRequestContext', () => {
  it.each(['a', 'order-entry.7_B', 'x'.repeat(64)])('keeps the request id %s', (id) => {
    expect(createRequestContext(id).requestId).toBe(id);
  });

  it.each([undefined, '', 'x'.repeat(65), 'a b', 'a\nb', 'a\n', '"a"', '<a>', 'ä'])(
    'replaces the request id %j',
    (id) => {
      expect(createRequestContext(id).requestId).toMatch(UUID);
    },
  );

  it('takes the trace id of a traceparent', () => {
    const context = createRequestContext(undefined, `00-${TRACE_ID}-00f067aa0ba902b7-01`);

    expect(context.traceId).toBe(TRACE_ID);
    expect(context.logFields.trace_id).toBe(TRACE_ID);
  });

  // W3C Trace Context 3.2.2: all of these are invalid and have to be ignored.
  it.each([
    `ff-${TRACE_ID}-00f067aa0ba902b7-01`,
    `00-${TRACE_ID.toUpperCase()}-00f067aa0ba902b7-01`,
    `00-${TRACE_ID}-00f067aa0ba902b7`,
    `00-${TRACE_ID}-00f067aa0ba902b7-01-more`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    'nonsense',
  ])('starts a new trace for %s', (traceparent) => {
    const { traceId } = createRequestContext(undefined, traceparent);

    expect(traceId).toMatch(/^[\da-f]{32}$/);
    expect(traceId).not.toBe(TRACE_ID);
    expect(traceId).not.toBe('0'.repeat(32));
  });
});

describe('the current context', () => {
  it('is there for all that is awaited inside, and for nothing else', async () => {
    const [a, b] = [createRequestContext('a'), createRequestContext('b')];
    const idAfterAwait = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return currentRequestContext()?.requestId;
    };

    const ids = await Promise.all([
      runInRequestContext(a, idAfterAwait),
      runInRequestContext(b, idAfterAwait),
      idAfterAwait(),
    ]);

    expect(ids).toEqual(['a', 'b', undefined]);
  });

  it('goes on to other services in the headers of a request', () => {
    const context = createRequestContext('a', `00-${TRACE_ID}-00f067aa0ba902b7-01`);

    const headers = runInRequestContext(context, propagationHeaders);

    expect(headers['x-request-id']).toBe('a');
    expect(headers['traceparent']).toMatch(new RegExp(`^00-${TRACE_ID}-[\\da-f]{16}-01$`));
    expect(headers['traceparent']).not.toContain('00f067aa0ba902b7');
    expect(propagationHeaders()).toEqual({});
  });
});

describe('currentTraceparent', () => {
  it('names the trace at hand, also where no traces are exported', () => {
    const context = createRequestContext(undefined, `00-${TRACE_ID}-00f067aa0ba902b7-01`);

    expect(runInRequestContext(context, currentTraceparent)).toMatch(
      new RegExp(`^00-${TRACE_ID}-[0-9a-f]{16}-01$`),
    );
    expect(currentTraceparent()).toBeUndefined();
  });
});
