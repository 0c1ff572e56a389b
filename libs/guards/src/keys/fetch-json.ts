const TIMEOUT_MS = 5_000;
const MOST_BYTES = 256 * 1024;

/** The part of the standard `fetch` that is used here; given from outside in tests. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** A fetched JSON object and for how many seconds its sender lets it be kept, if it says so. */
export interface FetchedJson {
  readonly body: Readonly<Record<string, unknown>>;
  readonly maxAgeSeconds: number | undefined;
}

/**
 * Fetches a JSON object within a time and size limit. Redirects are refused: whoever can make one could
 * otherwise say where keys come from.
 *
 * @throws Error with the URL and the reason.
 */
export async function fetchJson(fetch: Fetch, url: string): Promise<FetchedJson> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const body: unknown = JSON.parse(await readText(response, url));
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Error(`${url} answered something else than a JSON object`);
  }
  const maxAge = /(?:^|[\s,])max-age=(\d{1,9})/i.exec(response.headers.get('cache-control') ?? '');
  return {
    body: body as Record<string, unknown>,
    maxAgeSeconds: maxAge ? Number(maxAge[1]) : undefined,
  };
}

async function readText(response: Response, url: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Node's streams are iterable, which the web's type of them does not say.
  const body = response.body as AsyncIterable<Uint8Array> | null;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error(`${url} answered more than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
