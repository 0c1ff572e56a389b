import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { describeInTrace } from './describe-in-trace.js';

describe('describeInTrace', () => {
  afterEach(() => {
    trace.disable();
    context.disable();
  });

  /** Calls a function inside of a span and returns the attributes that were exported. */
  function exportedBy(sampler: Sampler, act: () => void) {
    const exporter = new InMemorySpanExporter();
    const spanProcessors = [new SimpleSpanProcessor({ exporter })];
    trace.setGlobalTracerProvider(new TracerProvider({ sampler, spanProcessors }));
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    trace.getTracer('test').startActiveSpan('a span', (span) => {
      act();
      span.end();
    });
    return exporter.getFinishedSpans().map(({ attributes }) => attributes);
  }

  it('adds to the span at hand, but for what is undefined', () => {
    const exported = exportedBy(new AlwaysOnSampler(), () =>
      describeInTrace(() => ({ 'oauth.client.id': 'a', 'oauth.error': undefined })),
    );

    expect(exported).toEqual([{ 'oauth.client.id': 'a' }]);
  });

  it('makes no attributes where tracing is off, and none where the span is not recorded', () => {
    const attributes = vi.fn(() => ({}));

    describeInTrace(attributes);
    exportedBy(new AlwaysOffSampler(), () => describeInTrace(attributes));

    expect(attributes).not.toHaveBeenCalled();
  });
});
