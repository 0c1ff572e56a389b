import { describe, expect, it } from 'vitest';
import { loadConfiguration } from '../configuration/load-configuration.js';
import { tracingConfiguration, tracingSettings } from './tracing-configuration.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };

const settings = (variables: NodeJS.ProcessEnv) =>
  tracingSettings(loadConfiguration(tracingConfiguration, variables));

describe('tracing', () => {
  it.each([
    ['no variable is set', {}],
    ['there is no collector', { OTEL_SERVICE_NAME: 'orders', OTEL_TRACES_SAMPLER: 'always_on' }],
    ['the collector is empty', { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
    ['the SDK is disabled', { ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' }],
    ['traces are exported nowhere', { ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }],
  ])('is off where %s', (_, variables) => {
    expect(settings(variables)).toBeUndefined();
  });

  it('has the standard values where only a collector is named', () => {
    expect(settings(ENDPOINT)).toEqual({
      url: 'http://collector:4318/v1/traces',
      headers: '',
      timeoutMs: 10_000,
      exportDelayMs: 5_000,
      serviceName: undefined,
      resourceAttributes: '',
      sampler: 'parentbased_always_on',
      ratio: 1,
    });
  });

  it.each([
    ['https://collector', 'https://collector/v1/traces'],
    ['https://collector/otlp/', 'https://collector/otlp/v1/traces'],
  ])('goes to a path below %s', (OTEL_EXPORTER_OTLP_ENDPOINT, url) => {
    expect(settings({ OTEL_EXPORTER_OTLP_ENDPOINT })).toMatchObject({ url });
  });

  it('prefers what is said of traces to what is said of all signals', () => {
    const given = settings({
      ...ENDPOINT,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://other:4318/traces',
      OTEL_EXPORTER_OTLP_HEADERS: 'a=1,b=1',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'b=2',
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
      OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '2000',
    });

    expect(given).toMatchObject({
      url: 'http://other:4318/traces',
      headers: 'a=1,b=1,b=2',
      timeoutMs: 2_000,
    });
  });

  it('waits before it exports for as long as it is told to', () => {
    const given = settings({ ...ENDPOINT, OTEL_BSP_SCHEDULE_DELAY: '200' });

    expect(given).toMatchObject({ exportDelayMs: 200 });
  });

  it('with something unknown or wrong is a fault, named without the value', () => {
    const load = () =>
      settings({
        OTEL_SDK_DISABLED: 'maybe-7',
        OTEL_TRACES_EXPORTER: 'zipkin-7',
        OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317-7',
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://user:password-7@collector',
        OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_TIMEOUT: '0',
        OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: 'soon-7',
        OTEL_BSP_SCHEDULE_DELAY: 'late-7',
        OTEL_TRACES_SAMPLER: 'jaeger_remote-7',
        OTEL_TRACES_SAMPLER_ARG: '1.7',
      });

    expect(load).toThrow(/has 11 fault\(s\)/);
    expect(load).not.toThrow(/7$/m);
  });
});
