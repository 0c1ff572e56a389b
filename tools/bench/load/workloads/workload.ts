import type { Answer } from '../http-connection.ts';

/** Where the requests of a load come from, one after another, without an end. */
export interface RequestSource {
  /** Makes what would take time from the load. */
  prepare(): void;
  /** A whole HTTP request. */
  next(): string;
}

export interface Workload extends RequestSource {
  /** @throws if the answer is not what the request is to be answered with. */
  check(answer: Answer): void;
}

/** The same ones again and again. */
export function inTurn(requests: readonly string[]): RequestSource {
  let next = 0;
  return {
    prepare: () => undefined,
    next: () => requests[next++ % requests.length] ?? '',
  };
}

/** An HTTP request as it goes over the wire. */
export function httpRequest(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): string {
  const lines = Object.entries({
    host: 'localhost',
    connection: 'keep-alive',
    ...headers,
    ...(body !== '' && { 'content-length': String(Buffer.byteLength(body)) }),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}
