import { TestIssuer } from '@m2m/testing';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GuardedApi } from './support/guarded-api.js';
import { LoadedFiles } from './support/loaded-files.js';
import { freePort, runToEnd, type Environment } from './support/processes.js';
import { runsAsProcesses } from './support/system.js';

describe.runIf(runsAsProcesses)('an app', () => {
  let issuer: TestIssuer;

  beforeAll(async () => {
    issuer = await TestIssuer.start();
  });

  afterAll(() => issuer.stop());

  const collector = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' };

  it.each<[string, Environment]>([
    ['with no variable of OpenTelemetry', {}],
    ['with OTEL_SDK_DISABLED', { ...collector, OTEL_SDK_DISABLED: 'true' }],
    ['with OTEL_TRACES_EXPORTER=none', { ...collector, OTEL_TRACES_EXPORTER: 'none' }],
  ])('%s loads nothing of its SDK, and its log still has trace ids', async (_, variables) => {
    const loaded = new LoadedFiles();
    const api = await GuardedApi.start(issuer, { ...loaded.environment, ...variables });
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    await fetch(`${api.url}/orders`, {
      headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` },
    });
    await api.stop();

    expect(loaded.packagesOf('@opentelemetry')).toEqual(['api']);
    expect(api.process.output).toContain(`"trace_id":"${traceId}"`);
  });

  it('with faulty variables of OpenTelemetry names them among all other faults, and ends', async () => {
    const { code, output } = await runToEnd('orders-api', 'main.js', {
      OAUTH_ISSUER: issuer.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector-7',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    });

    expect(code).toBe(1);
    expect(output).toContain('ORDERS_DATABASE_URL: is missing');
    expect(output).toContain('OTEL_EXPORTER_OTLP_ENDPOINT: must be an absolute');
    expect(output).toContain('OTEL_EXPORTER_OTLP_PROTOCOL: must be http/protobuf');
    expect(output).not.toContain('collector-7');
  });

  it.each<[string, Environment]>([
    ['that is away', { OTEL_EXPORTER_OTLP_TIMEOUT: '500' }],
    ['that is away for longer than it waits', {}],
    ['whose name is unknown', { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector.invalid:4318' }],
  ])(
    'with a collector %s answers, ends soon and without fault, and says so once',
    async (_, to) => {
      const loaded = new LoadedFiles();
      const api = await GuardedApi.start(issuer, {
        ...loaded.environment,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${await freePort()}`,
        ...to,
      });
      const token = await api.token();
      const answers = await Promise.all([1, 2, 3].map(() => api.list(token)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);

      await expectToEndSoon(api);

      expect(loaded.packagesOf('@opentelemetry')).toContain('sdk-trace');
    },
  );

  it('with a collector that never answers ends soon and without fault, and says so once', async () => {
    const port = await freePort();
    const silent = createServer().listen(port, 'localhost');
    const connected = once(silent, 'connection') as Promise<[Socket]>;
    const api = await GuardedApi.start(issuer, {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${port}`,
    });
    expect((await api.list(await api.token())).status).toBe(200);

    await expectToEndSoon(api);

    (await connected)[0].destroy();
    silent.close();
  });
});

async function expectToEndSoon(api: GuardedApi): Promise<void> {
  const started = performance.now();
  await api.stop();

  expect(performance.now() - started).toBeLessThan(10_000);
  expect(await api.process.exit).toBe(0);
  expect(api.process.output.split('"event":"tracing.export_failed"')).toHaveLength(2);
}
