import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { BoundedCounter } from './bounded-counter.js';
import { knownMethod } from './known-method.js';
import { readForScrape, sharedReading } from './scrape-reading.js';

export type { Counter, Histogram } from 'prom-client';

/** What a metric is called and what it means, as `/metrics` shows both; see `docs/metrics.md`. */
interface Described {
  readonly name: string;
  readonly help: string;
}

/** One value, or nothing while there is none. */
type Reading<Value> = Value | undefined | Promise<Value | undefined>;

/**
 * A service's metrics, in a registry of its own: two services in one process do not mix.
 *
 * No label may take its values from callers, since each value is a series that stays in memory for good.
 */
export class Metrics {
  readonly registry = new Registry();

  /** Named after OpenTelemetry's semantic conventions for HTTP servers. */
  private readonly requestDuration = new Histogram({
    name: 'http_server_request_duration_seconds',
    help: 'Duration of HTTP requests, by method, route pattern and status.',
    labelNames: ['http_request_method', 'http_route', 'http_response_status_code'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });

  /** @param now milliseconds of a clock that never goes back. */
  constructor(
    service: string,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.registry.setDefaultLabels({ service });
    collectDefaultMetrics({ register: this.registry });
  }

  /** @param route the pattern, such as `/orders/:id`; `none` for an address without a route. */
  recordRequest(method: string, route: string, status: number, seconds: number): void {
    const labels = {
      http_request_method: knownMethod(method),
      http_route: route,
      http_response_status_code: status,
    };
    this.requestDuration.observe(labels, seconds);
  }

  counter(described: Described): Counter {
    return new Counter({ ...described, registers: [this.registry] });
  }

  /** A counter for each value of one label. */
  counterBy<Value extends string>(
    options: Described & { readonly label: string; readonly values: readonly Value[] },
  ): BoundedCounter<Value> {
    return new BoundedCounter(this.registry, options);
  }

  /** @param options `buckets` are upper bounds, in the unit that the name ends with. */
  histogram(options: Described & { readonly buckets: readonly number[] }): Histogram {
    return new Histogram({ ...options, buckets: [...options.buckets], registers: [this.registry] });
  }

  /**
   * A gauge that is read when `/metrics` is, but once a second at most. What cannot be read, or not in
   * time, is left out: that a database is away must not cost all the other metrics.
   */
  gauge({ name, help, read }: Described & { readonly read: () => Reading<number> }): void {
    const value = readForScrape(read, this.now);
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        const current = await value();
        if (current === undefined) this.remove();
        else this.set(current);
      },
    });
  }

  /** A gauge for each value of one label, read the same way. @param options `read` gives numbers by label value, of which there must be few. */
  gaugeBy(
    options: Described & {
      readonly label: string;
      readonly read: () => Reading<Readonly<Record<string, number>>>;
    },
  ): void {
    const { name, help, label } = options;
    const values = readForScrape(options.read, this.now);
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      async collect() {
        const current = Object.entries((await values()) ?? {});
        this.reset();
        for (const [value, number] of current) this.set({ [label]: value }, number);
      },
    });
  }

  /** Makes of a read that several gauges need one that is carried out once for all of them. */
  shared<Value>(read: () => Promise<Value>): () => Promise<Value> {
    return sharedReading(read, this.now);
  }

  /** Counters that somebody else keeps, by the values of one label, shown when `/metrics` is read. */
  countsBy(
    options: Described & {
      readonly label: string;
      readonly read: () => Readonly<Record<string, number>>;
    },
  ): void {
    const { name, help, label, read } = options;
    new Counter({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect() {
        this.reset();
        for (const [value, count] of Object.entries(read())) this.inc({ [label]: value }, count);
      },
    });
  }
}
