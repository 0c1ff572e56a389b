import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** A service's metrics, in a registry of its own: two services in one process do not mix. */
export class Metrics {
  readonly registry = new Registry();

  /** Named after OpenTelemetry's semantic conventions for HTTP servers. */
  readonly requestDuration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP requests, by method, route pattern and status.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.registry],
  });

  constructor(service: string) {
    this.registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.registry });
  }
}
