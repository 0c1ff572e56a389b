import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { ProtobufMessage } from './protobuf.js';

export type AttributeValue = string | number | boolean | readonly AttributeValue[] | null;
export type Attributes = Readonly<Record<string, AttributeValue>>;

export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer' | 'unspecified';

/** A span as a collector gets it. Identifiers are in lower-case hexadecimal digits. */
export interface ReceivedSpan {
  /** The `service.name` of the process that made it. */
  readonly service: string;
  readonly resource: Attributes;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the root of a trace. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
  readonly failed: boolean;
}

/** What has been exported at once. */
export interface ReceivedExport {
  readonly headers: IncomingHttpHeaders;
  /** The body as it came, in which every text of every span can be found. */
  readonly body: Buffer;
  readonly spans: readonly ReceivedSpan[];
}

/** A collector of spans: OTLP over HTTP with Protocol Buffers. */
export class OtlpReceiver {
  private constructor(
    private readonly server: Server,
    readonly exports: readonly ReceivedExport[],
  ) {}

  static async start(): Promise<OtlpReceiver> {
    const exports: ReceivedExport[] = [];
    const server = createServer((request, response) => {
      void buffer(request).then((body) => {
        const isExport = request.method === 'POST' && request.url === '/v1/traces';
        if (isExport) exports.push({ headers: request.headers, body, spans: spansIn(body) });
        response.writeHead(isExport ? 200 : 404).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new OtlpReceiver(server, exports);
  }

  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get spans(): readonly ReceivedSpan[] {
    return this.exports.flatMap(({ spans }) => spans);
  }

  /** Whether a text is anywhere in what was exported: names, attributes, events, resources, all of it. */
  holds(text: string | RegExp): boolean {
    return this.exports.some(({ body }) =>
      typeof text === 'string' ? body.includes(text) : text.test(body.toString('latin1')),
    );
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const STATUS_ERROR = 2n;

// The numbers of the fields are those of opentelemetry-proto: collector/trace/v1/trace_service.proto,
// trace/v1/trace.proto, resource/v1/resource.proto, common/v1/common.proto.
/** The spans in the body of an export. */
export function spansIn(body: Buffer): ReceivedSpan[] {
  return new ProtobufMessage(body).messages(1).flatMap((resourceSpans) => {
    const resource = attributesIn(resourceSpans.message(1), 1);
    const scopes = resourceSpans.messages(2);
    return scopes.flatMap((scope) => scope.messages(2).map((span) => spanIn(span, resource)));
  });
}

function spanIn(span: ProtobufMessage, resource: Attributes): ReceivedSpan {
  return {
    service: String(resource['service.name']),
    resource,
    traceId: span.hex(1),
    spanId: span.hex(2),
    parentSpanId: span.hex(4),
    name: span.text(5),
    kind: KINDS[Number(span.integer(6))] ?? 'unspecified',
    attributes: attributesIn(span, 9),
    events: span.messages(11).map((event) => ({
      name: event.text(2),
      attributes: attributesIn(event, 3),
    })),
    failed: span.message(15).integer(3) === STATUS_ERROR,
  };
}

function attributesIn(message: ProtobufMessage, field: number): Attributes {
  return Object.fromEntries(
    message.messages(field).map((pair) => [pair.text(1), valueIn(pair.message(2))]),
  );
}

function valueIn(value: ProtobufMessage): AttributeValue {
  if (value.has(1)) return value.text(1);
  if (value.has(2)) return value.integer(2) === 1n;
  if (value.has(3)) return Number(BigInt.asIntN(64, value.integer(3)));
  if (value.has(4)) return value.double(4);
  if (value.has(5)) return value.message(5).messages(1).map(valueIn);
  return null;
}
