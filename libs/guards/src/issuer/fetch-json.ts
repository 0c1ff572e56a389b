const TIMEOUT_MS = 5_000;
const MOST_BYTES = 256 * 1024;

/** The part of the standard `fetch` that is used here; given from outside in tests. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** What is sent by a request that is no plain GET. */
export interface JsonRequest {
  readonly method: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A fetched JSON object and for how many seconds it may still be kept, if its sender says so. */
export interface FetchedJson {
  readonly body: Readonly<Record<string, unknown>>;
  readonly maxAgeSeconds: number | undefined;
}

/** Nobody has answered, or not in time. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

/**
 * Fetches a JSON object within a time and size limit. Redirects are refused: whoever can make one could
 * otherwise say where keys come from and where credentials go.
 *
 * @throws NoAnswerError
 * @throws Error for an answer that is of no use. The message of both is the URL and the reason, and nothing of
 *   what was sent or received.
 */
export async function fetchJson(
  fetch: Fetch,
  url: string,
  request?: JsonRequest,
  mostBytes = MOST_BYTES,
): Promise<FetchedJson> {
  const { response, text } = await exchange(fetch, url, request, mostBytes);
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  if (text === undefined) throw new Error(`${url} answered more than ${mostBytes} bytes`);
  const body = parse(text);
  if (!isObject(body)) throw new Error(`${url} answered something else than a JSON object`);
  return { body, maxAgeSeconds: freshnessOf(response.headers) };
}

async function exchange(
  fetch: Fetch,
  url: string,
  request: JsonRequest | undefined,
  mostBytes: number,
) {
  try {
    const response = await fetch(url, {
      ...request,
      headers: { ...request?.headers, accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { response, text: await readText(response, mostBytes) };
  } catch (error) {
    throw new NoAnswerError(`${url} gave no answer: ${networkFault(error)}`, { cause: error });
  }
}

/** The body, or undefined if it is too large. */
async function readText(response: Response, mostBytes: number): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Node's streams are iterable, which the web's type of them does not say.
  const body = response.body as AsyncIterable<Uint8Array> | null;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

// `fetch` itself says no more than that it failed: the reason is in the cause.
function networkFault(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? name ?? 'no reason given';
}

// The parser's own error quotes what it cannot read.
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** RFC 9111 4.2: what is left of `max-age` after the time an answer has spent in caches on its way. */
function freshnessOf(headers: Headers): number | undefined {
  const maxAge = /(?:^|[\s,])max-age=(\d{1,9})/i.exec(headers.get('cache-control') ?? '')?.[1];
  if (maxAge === undefined) return undefined;
  const age = /^\d{1,9}$/.exec(headers.get('age') ?? '')?.[0] ?? 0;
  return Math.max(0, Number(maxAge) - Number(age));
}
