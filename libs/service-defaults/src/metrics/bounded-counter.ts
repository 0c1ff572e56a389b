import { Counter, type Registry } from 'prom-client';

/** Where a value is counted that should not exist. */
const OTHER = 'other';

/**
 * Counts by one label whose values are known beforehand. Each is there from the start, at zero: a series
 * that appears with its first event would hide that event from `rate()`. Whatever else comes is `other`.
 */
export class BoundedCounter<Value extends string> {
  private readonly counter: Counter;
  private readonly values: ReadonlySet<string>;

  constructor(
    registry: Registry,
    private readonly options: {
      readonly name: string;
      readonly help: string;
      readonly label: string;
      readonly values: readonly Value[];
    },
  ) {
    const { name, help, label, values } = options;
    this.counter = new Counter({ name, help, labelNames: [label], registers: [registry] });
    this.values = new Set(values);
    for (const value of values) this.counter.inc({ [label]: value }, 0);
  }

  inc(value: Value, by = 1): void {
    const counted = this.values.has(value) ? value : OTHER;
    this.counter.inc({ [this.options.label]: counted }, by);
  }
}
