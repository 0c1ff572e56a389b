import { SpanStatusCode } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { beforeEach, describe, expect, it } from 'vitest';
import { ScrubbingSpanProcessor } from './scrubbing.span-processor.js';

const TOKEN = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';

describe('what leaves as a span', () => {
  let exporter: InMemorySpanExporter;
  let provider: TracerProvider;

  beforeEach(() => {
    exporter = new InMemorySpanExporter();
    const spanProcessors = [new ScrubbingSpanProcessor(), new SimpleSpanProcessor({ exporter })];
    provider = new TracerProvider({ spanProcessors });
  });

  it('holds no credential, in attributes, lists of them or events', () => {
    const span = provider.getTracer('test').startSpan('GET /orders');
    span.setAttributes({
      path: `/orders/${TOKEN}`,
      list: ['a', `Bearer ${TOKEN}`],
      number: 7,
      plain: '/orders/1',
    });
    span.recordException(new Error(`Basic ${btoa('client:secret-of-it')} was refused`));
    span.end();

    const [exported] = exporter.getFinishedSpans();
    expect(exported?.attributes).toEqual({
      path: '/orders/eyJ[token]',
      list: ['a', 'Bearer eyJ[token]'],
      number: 7,
      plain: '/orders/1',
    });
    expect(exported?.events[0]?.attributes).toMatchObject({
      'exception.message': 'Basic [credentials] was refused',
    });
    expect(JSON.stringify(exported?.events)).not.toContain(btoa('client:secret-of-it'));
  });

  it('says that it failed, but not in the words of a database', () => {
    const span = provider.getTracer('test').startSpan('SELECT orders');
    span.setStatus({
      code: SpanStatusCode.ERROR,
      message: 'invalid input for uuid: "customer-42"',
    });
    span.end();

    expect(exporter.getFinishedSpans()[0]?.status).toEqual({ code: SpanStatusCode.ERROR });
  });
});
