import { context, propagation, trace, TraceFlags } from '@opentelemetry/api';
import { TestHttpServer } from '@m2m/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfiguration } from '../configuration/load-configuration.js';
import { createEventLogger } from '../logging/event-logger.js';
import { startTracing } from './tracing.js';
import { tracingConfiguration } from './tracing-configuration.js';

const CALLER = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' };

describe('tracing by OpenTelemetry', () => {
  let collector: TestHttpServer;

  beforeEach(async () => {
    collector = await TestHttpServer.start(() => ({}));
  });

  afterEach(async () => {
    trace.disable();
    context.disable();
    propagation.disable();
    await collector.stop();
  });

  /** Makes spans while tracing is on, and returns the request by which they were exported. */
  async function exportOf(variables: NodeJS.ProcessEnv, act: () => void) {
    const configuration = loadConfiguration(tracingConfiguration, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      ...variables,
    });
    const logger = createEventLogger('test', 'error');
    const tracing = await startTracing('orders-api', configuration, logger);
    act();
    await tracing?.onApplicationShutdown();
    return collector.requests[0];
  }

  const span = (name: string) => trace.getTracer('test').startSpan(name).end();
  const spanFor = (name: string, traceFlags: TraceFlags) => {
    const caller = trace.setSpanContext(context.active(), { ...CALLER, traceFlags });
    context.with(caller, () => span(name));
  };

  const SPANS = ['of-nobody', 'of-a-sampled-caller', 'of-an-unsampled-caller'];

  it.each([
    ['parentbased_always_on', '', SPANS.slice(0, 2)],
    ['parentbased_always_off', '', ['of-a-sampled-caller']],
    ['parentbased_traceidratio', '0', ['of-a-sampled-caller']],
    ['always_on', '', SPANS],
    ['always_off', '', []],
    ['traceidratio', '0', []],
  ])('with the sampler %s %s exports the spans %j', async (sampler, ratio, expected) => {
    const variables = { OTEL_TRACES_SAMPLER: sampler, OTEL_TRACES_SAMPLER_ARG: ratio };

    const exported = await exportOf(variables, () => {
      span('of-nobody');
      spanFor('of-a-sampled-caller', TraceFlags.SAMPLED);
      spanFor('of-an-unsampled-caller', TraceFlags.NONE);
    });

    const names = SPANS.filter((name) => exported?.body.includes(name));
    expect(names).toEqual(expected);
  });

  it('says what service it is, and what else it was told to', async () => {
    const exported = await exportOf(
      {
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=lab%2C%20one,service.version=1.2.3',
        OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a%20b',
      },
      () => span('a'),
    );

    expect(exported?.path).toBe('/v1/traces');
    expect(exported?.headers['x-key']).toBe('a b');
    for (const text of ['orders-api', 'lab, one', '1.2.3', 'service.instance.id']) {
      expect(exported?.body).toContain(text);
    }
  });

  it.each([
    [{ OTEL_RESOURCE_ATTRIBUTES: 'service.name=by-attribute' }, 'by-attribute'],
    [
      { OTEL_RESOURCE_ATTRIBUTES: 'service.name=by-attribute', OTEL_SERVICE_NAME: 'by-name' },
      'by-name',
    ],
  ])('with %j is of the service %s', async (variables, name) => {
    const exported = await exportOf(variables, () => span('a'));

    expect(exported?.body).toContain(name);
    expect(exported?.body).not.toContain('orders-api');
  });
});
