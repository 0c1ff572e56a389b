export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified';

/** A span as a service has exported it. Identifiers are in lower-case hexadecimal digits. */
export interface Span {
  /** The `service.name` of the process that made it. */
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the root of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** Milliseconds since the epoch, and parts of one. */
  readonly startMs: number;
  readonly endMs: number;
  /** Those that are text, numbers or truth values; no others are in use. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly failed: boolean;
}

export type AttributeValue = string | number | boolean;

/** An attribute as text; undefined where there is none. */
export function textOf({ attributes }: Span, name: string): string | undefined {
  const value = attributes[name];
  return value === undefined ? undefined : String(value);
}
