import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import type { AttributeValue, Span } from './span.ts';

const PROTO = readFileSync(new URL('./traces.proto', import.meta.url), 'utf8');
const EXPORT = protobuf.parse(PROTO).root.lookupType('ExportTraceServiceRequest');
const KINDS = ['unspecified', 'internal', 'server', 'client'];
const NANOSECONDS_OF_A_MILLISECOND = 1e6;

/** For tests: the body of an export of spans, whose identifiers may be any text. */
export function anExport(...spans: readonly Span[]): Buffer {
  const resourceSpans = spans.map((span) => ({
    resource: { attributes: pairs({ 'service.name': span.service }) },
    scopeSpans: [{ spans: [encoded(span)] }],
  }));
  return Buffer.from(EXPORT.encode(EXPORT.fromObject({ resourceSpans })).finish());
}

function encoded(span: Span): object {
  return {
    traceId: Buffer.from(span.traceId),
    spanId: Buffer.from(span.spanId),
    parentSpanId: Buffer.from(span.parentSpanId),
    name: span.name,
    kind: KINDS.indexOf(span.kind),
    startTimeUnixNano: span.startMs * NANOSECONDS_OF_A_MILLISECOND,
    endTimeUnixNano: span.endMs * NANOSECONDS_OF_A_MILLISECOND,
    attributes: pairs(span.attributes),
    status: { code: span.failed ? 2 : 0 },
  };
}

function pairs(attributes: Readonly<Record<string, AttributeValue>>): object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'number' ? { intValue: value } : { stringValue: String(value) },
  }));
}
