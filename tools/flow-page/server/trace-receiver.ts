import type { IncomingMessage, ServerResponse } from 'node:http';
import { decodeSpans } from '../otlp/decode-spans.ts';
import type { Span } from '../otlp/span.ts';

const MOST_BYTES = 8 * 1024 * 1024;
const MEDIA_TYPE = 'application/x-protobuf';

/**
 * Takes an export of traces: OTLP/HTTP with binary Protocol Buffers, the form in which the services send it.
 * Its media type also keeps out what a page of somebody else could post here.
 */
export async function receiveTraces(
  request: IncomingMessage,
  response: ServerResponse,
  take: (spans: readonly Span[]) => void,
): Promise<void> {
  if (request.headers['content-type'] !== MEDIA_TYPE || request.headers['content-encoding']) {
    refuse(request, response, 415);
    return;
  }
  const body = await readBody(request);
  if (body === undefined) {
    refuse(request, response, 413);
    return;
  }
  try {
    take(decodeSpans(body));
  } catch {
    refuse(request, response, 400);
    return;
  }
  // An ExportTraceServiceResponse without fields: all of it was taken.
  response.writeHead(200, { 'content-type': MEDIA_TYPE }).end();
}

/** The body; undefined if it is too large. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  const reading = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  for await (const chunk of reading) {
    size += chunk.length;
    if (size > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: 'close' }).end();
  request.resume();
}
