import { ClientRequest } from 'node:http';
import { Readable } from 'node:stream';
import {
  Axios,
  CanceledError,
  isAxiosError,
  type AxiosError,
  type AxiosInstance,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios';
import type { TokenProvider } from './token-provider.js';

/** A request was about to carry the token to somewhere else than the API it is for. */
export class ForeignOriginError extends Error {
  override readonly name = 'ForeignOriginError';

  constructor() {
    super('the access token is for another origin than the one of this request');
  }
}

/**
 * Makes an HTTP client send the token with each request to its API, and only to there. A request that is
 * answered by 401 `invalid_token` is sent once more with a new token. Errors that come out hold no token.
 *
 * To be called before anybody adds an interceptor of their own: the last one that is added runs first.
 *
 * @param apiUrl the API's URL: the token goes to its origin only.
 * @param onRetried called before a request is sent once more.
 */
export function authorizeRequests(
  http: AxiosInstance,
  apiUrl: string,
  tokens: TokenProvider,
  onRetried: () => void = () => undefined,
): AxiosInstance {
  const { origin } = new URL(apiUrl);

  async function authorize(
    request: InternalAxiosRequestConfig,
  ): Promise<InternalAxiosRequestConfig> {
    if (!isWithin(origin, new URL(addressOf(request), apiUrl))) throw new ForeignOriginError();
    const token = await tokenFor(request, tokens);
    request.headers.set('Authorization', `Bearer ${token}`, true);
    return Object.assign(request, ON_THE_DIRECT_WAY);
  }

  /** Sends a request whose token was refused once more, if that can help. */
  function sendAgain(refused: AxiosResponse | undefined): Promise<AxiosResponse> | undefined {
    if (!refused || !isInvalidToken(refused)) return undefined;
    const request = refused.config;
    const another = tokens.drop(tokenOf(request));
    if (!another || !canBeSentAgain(request.data)) return undefined;
    giveUpRest(refused);
    onRetried();
    return repeat(request);
  }

  /** Sends what has been through all interceptors and transformations, which are to see one exchange. */
  async function repeat(request: InternalAxiosRequestConfig): Promise<AxiosResponse> {
    try {
      return await PLAIN.request(await authorize({ ...request, transformRequest: UNCHANGED }));
    } catch (error) {
      throw isAxiosError(error) ? withoutToken(error) : error;
    }
  }

  http.interceptors.request.use(authorize);
  http.interceptors.response.use(
    // Callers may want to see a 401 as an answer rather than as an error.
    (response) => sendAgain(response) ?? response,
    (error: unknown) => {
      if (!isAxiosError(error)) throw error;
      const again = sendAgain(error.response);
      if (again) return again;
      throw withoutToken(error);
    },
  );
  return http;
}

/**
 * What a single request cannot have otherwise: redirects, proxies and sockets lead elsewhere, and credentials
 * of another kind would take the token's place.
 */
const ON_THE_DIRECT_WAY = {
  maxRedirects: 0,
  proxy: false,
  socketPath: null,
  auth: undefined,
} satisfies Partial<InternalAxiosRequestConfig>;

/** For requests that have all defaults already: adds none of its own, and has no interceptors. */
const PLAIN = new Axios({});
/** For a body that has been transformed. */
const UNCHANGED = [(body: unknown) => body];

/** Puts addresses together as axios does before it sends. */
function addressOf({ baseURL, url, allowAbsoluteUrls }: InternalAxiosRequestConfig): string {
  return PLAIN.getUri({ baseURL, url, allowAbsoluteUrls });
}

function isWithin(origin: string, url: URL): boolean {
  return url.origin === origin && !url.username && !url.password;
}

/** Waits for the token no longer than for the request: see `signal` of axios. */
async function tokenFor(
  { signal }: InternalAxiosRequestConfig,
  tokens: TokenProvider,
): Promise<string> {
  try {
    return await tokens.getToken({ signal: signal instanceof AbortSignal ? signal : undefined });
  } catch (error) {
    throw signal?.aborted ? new CanceledError() : error;
  }
}

/** Of an answer that its caller wanted to read as a stream, and does not get to see. */
function giveUpRest({ data, request }: AxiosResponse<unknown>): void {
  if (!(data instanceof Readable)) return;
  data.on('error', () => undefined).destroy();
  // The stream of axios lets go of the connection with the next piece only, which may never come.
  if (request instanceof ClientRequest) request.destroy();
}

function tokenOf({ headers }: InternalAxiosRequestConfig): string {
  return String(headers.get('Authorization')).replace(/^Bearer /, '');
}

/** Whether a request was refused for its token (RFC 6750 3.1), not for its scope: a new one would not help. */
function isInvalidToken({ status, headers }: AxiosResponse): boolean {
  const challenge: unknown = headers['www-authenticate'];
  return (
    status === 401 &&
    typeof challenge === 'string' &&
    /\berror\s*=\s*"?invalid_token\b/i.test(challenge)
  );
}

/** What can be read twice. A stream has been read, and so has a form that is one. */
function canBeSentAgain(body: unknown): boolean {
  return (
    body === undefined ||
    body === null ||
    typeof body === 'string' ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body) ||
    body instanceof Blob ||
    body instanceof FormData
  );
}

/** Errors end up in logs, and that of axios holds the whole request, and all that are under way at its agents. */
function withoutToken(error: AxiosError): AxiosError {
  const config: Partial<InternalAxiosRequestConfig> | undefined = error.config;
  // One that failed before it was put together has none.
  config?.headers?.delete('Authorization');
  delete config?.httpAgent;
  delete config?.httpsAgent;
  delete error.request;
  delete error.response?.request;
  return error;
}
