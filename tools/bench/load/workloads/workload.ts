import type { Answer } from '../http-connection.ts';

/** The requests of a load, one after another. */
export interface Workload {
  /** A whole HTTP request; undefined if there is none left. */
  next(): string | undefined;
  /** @throws if the answer is not what the request is to be answered with. */
  check(answer: Answer): void;
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
