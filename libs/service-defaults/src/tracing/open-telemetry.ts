import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  parseKeyPairsIntoRecord,
  setGlobalErrorHandler,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { defaultResource, resourceFromAttributes, type Resource } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
} from '@opentelemetry/sdk-trace';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import type { EventLogger } from '../logging/event-logger.js';
import { traceDatabaseQueries } from './database-spans.js';
import { ExportFailures } from './export-failures.js';
import { traceFetch, traceHttpRequests } from './http-client-spans.js';
import { useServerSpans } from './http-server-spans.js';
import { ScrubbingSpanProcessor } from './scrubbing.span-processor.js';
import { Tracing } from './tracing.js';
import type { TracingSettings } from './tracing-configuration.js';

/** How long a stopping service waits for a collector that takes its time or is away. */
const FLUSH_TIMEOUT_MS = 3_000;

/** Tracing by OpenTelemetry's SDK. This file and what it imports is loaded only if tracing is asked for. */
export class OpenTelemetryTracing extends Tracing {
  readonly useServerSpans = useServerSpans;

  private constructor(
    private readonly provider: TracerProvider,
    private readonly failures: ExportFailures,
  ) {
    super();
  }

  static start(
    service: string,
    settings: TracingSettings,
    logger: EventLogger,
  ): OpenTelemetryTracing {
    const { url, timeoutMs, exportDelayMs } = settings;
    const headers = parseKeyPairsIntoRecord(settings.headers);
    const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: timeoutMs });
    const failures = new ExportFailures(logger, Date.now);
    setGlobalErrorHandler((error) => failures.report(error));
    const provider = new TracerProvider({
      resource: resourceOf(service, settings),
      sampler: samplerOf(settings),
      spanProcessors: [
        new ScrubbingSpanProcessor(),
        new BatchSpanProcessor({ exporter, scheduledDelayMillis: exportDelayMs }),
      ],
    });
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(provider);
    traceHttpRequests();
    traceFetch();
    traceDatabaseQueries();
    return new OpenTelemetryTracing(provider, failures);
  }

  async onApplicationShutdown(): Promise<void> {
    try {
      await Promise.race([this.provider.shutdown(), giveUp()]);
    } catch (error) {
      this.failures.report(error);
    }
  }
}

async function giveUp(): Promise<never> {
  await wait(FLUSH_TIMEOUT_MS, undefined, { ref: false });
  throw new Error('the service ended before');
}

// The SDK's detectors of process and host are left out: a command line is not ours to send away.
function resourceOf(service: string, settings: TracingSettings): Resource {
  return defaultResource().merge(
    resourceFromAttributes({
      [ATTR_SERVICE_NAME]: service,
      'service.instance.id': randomUUID(),
      ...parseKeyPairsIntoRecord(settings.resourceAttributes),
      ...(settings.serviceName !== undefined && { [ATTR_SERVICE_NAME]: settings.serviceName }),
    }),
  );
}

function samplerOf({ sampler, ratio }: TracingSettings): Sampler {
  const roots = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  };
  const name = sampler.replace('parentbased_', '') as keyof typeof roots;
  return name === sampler ? roots[name]() : new ParentBasedSampler({ root: roots[name]() });
}
