import { request as nodeRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { expectNothingLeaks } from './leaks.js';

/** An answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface RequestOptions extends Omit<RequestInit, 'signal' | 'redirect'> {
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 15_000;

/** Sends a request and reads the answer, in which nothing internal may be found (checklist O01). */
export async function send(url: string, options: RequestOptions = {}): Promise<Answer> {
  const { timeoutMs = TIMEOUT_MS, ...init } = options;
  const response = await fetch(url, {
    ...init,
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer = {
    status: response.status,
    headers: response.headers,
    text: await response.text(),
  };
  expectNothingLeaks(url, answer);
  return answer;
}

/** The members of a JSON object in an answer. */
export function members({ text, status }: Answer): Readonly<Record<string, unknown>> {
  const value: unknown = parseOrFail(text, status);
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw new Error(`no JSON object but: ${text}`);
}

/** An answer for the message of a failed test: without tokens, which do not belong into its output. */
export function shown({ status, text }: Answer): string {
  return `${status} ${text.slice(0, 500).replace(/eyJ[\w.-]+/g, '[token]')}`;
}

function parseOrFail(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`an answer ${status} that is no JSON: ${text.slice(0, 200)}`);
  }
}

export interface PlainRequest {
  readonly method: string;
  /** Header lines as they are sent, repeated ones included. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly body?: string | Buffer;
}

/** Sends what fetch refuses to: any method, any header any number of times. */
export async function sendPlain(url: string, request: PlainRequest): Promise<Answer> {
  const { method, headers = [], body } = request;
  const { host } = new URL(url);
  const length = body === undefined ? [] : ['Content-Length', String(Buffer.byteLength(body))];
  const lines = ['Host', host, 'Connection', 'close', ...length, ...headers.flat()];
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    nodeRequest(url, { method, headers: lines, timeout: TIMEOUT_MS })
      .on('response', resolve)
      .on('error', reject)
      .end(body);
  });
  const answer = await readPlain(response);
  expectNothingLeaks(url, answer);
  return answer;
}

export async function readPlain(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const headers = new Headers();
  for (let index = 0; index < response.rawHeaders.length; index += 2) {
    headers.append(response.rawHeaders[index] ?? '', response.rawHeaders[index + 1] ?? '');
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return { status: response.statusCode ?? 0, headers, text };
}

/** Sends bytes as they are and reads until the server closes the connection. */
export async function sendBytes(url: string, bytes: string | Buffer): Promise<Answer> {
  const { hostname, port } = new URL(url);
  const text = await new Promise<string>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes));
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('the server does not answer')));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // A server that refuses early may reset the connection after its answer.
    socket.on('error', (error) => (chunks.length > 0 ? undefined : reject(error)));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('utf8')));
  });
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [statusLine = '', ...headerLines] = head.split('\r\n');
  const headers = new Headers(
    headerLines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as [string, string];
    }),
  );
  const status = Number(statusLine.split(' ')[1]);
  const answer = { status, headers, text: rest.join('\r\n\r\n') };
  expectNothingLeaks(url, answer);
  return answer;
}
