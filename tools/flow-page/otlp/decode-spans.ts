import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import type { AttributeValue, Span, SpanKind } from './span.ts';

const { root } = protobuf.parse(readFileSync(new URL('./traces.proto', import.meta.url), 'utf8'));
const REQUEST = root.lookupType('ExportTraceServiceRequest');

/** The numbers of opentelemetry-proto's SpanKind. */
const KINDS: readonly SpanKind[] = [
  'unspecified',
  'internal',
  'server',
  'client',
  'producer',
  'consumer',
];
const STATUS_ERROR = 2;
const NANOSECONDS_OF_A_MILLISECOND = 1e6;

/**
 * The spans in the body of an export: OTLP over HTTP with Protocol Buffers.
 *
 * @throws Error if that is not what it is.
 */
export function decodeSpans(body: Uint8Array): Span[] {
  const decoded = REQUEST.toObject(REQUEST.decode(body), {
    defaults: true,
    longs: Number,
  }) as DecodedRequest;
  return decoded.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(attributesOf(resource?.attributes ?? [])['service.name'] ?? '');
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => spanOf(service, span)));
  });
}

function spanOf(service: string, span: DecodedSpan): Span {
  return {
    service,
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId),
    name: span.name,
    kind: KINDS[span.kind] ?? 'unspecified',
    startMs: span.startTimeUnixNano / NANOSECONDS_OF_A_MILLISECOND,
    endMs: span.endTimeUnixNano / NANOSECONDS_OF_A_MILLISECOND,
    attributes: attributesOf(span.attributes),
    failed: span.status?.code === STATUS_ERROR,
  };
}

function attributesOf(pairs: readonly DecodedPair[]): Record<string, AttributeValue> {
  const told = pairs.flatMap(({ key, value }): [string, AttributeValue][] => {
    const [first] = Object.values(value ?? {});
    return first === undefined ? [] : [[key, first]];
  });
  return Object.fromEntries(told);
}

function hex(bytes: Uint8Array | readonly number[]): string {
  return Buffer.from(bytes).toString('hex');
}

// What traces.proto describes, as protobufjs gives it with the options above.
interface DecodedRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly DecodedPair[] } | null;
    readonly scopeSpans: readonly { readonly spans: readonly DecodedSpan[] }[];
  }[];
}

interface DecodedSpan {
  readonly traceId: Uint8Array | readonly number[];
  readonly spanId: Uint8Array | readonly number[];
  readonly parentSpanId: Uint8Array | readonly number[];
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: number;
  readonly endTimeUnixNano: number;
  readonly attributes: readonly DecodedPair[];
  readonly status: { readonly code: number } | null;
}

interface DecodedPair {
  readonly key: string;
  /** One member, named by its type, or none. */
  readonly value: Readonly<Record<string, AttributeValue>> | null;
}
