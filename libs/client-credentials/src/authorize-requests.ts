import {
  isAxiosError,
  type AxiosError,
  type AxiosInstance,
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

interface AuthorizedRequest extends InternalAxiosRequestConfig {
  /** The token the request went out with. */
  sentToken?: string;
  retried?: boolean;
}

/**
 * Makes an HTTP client send the token with each request to its API, and only to there. A request that is
 * answered by 401 `invalid_token` is sent once more with a new token.
 *
 * @param apiUrl the API's URL: the token goes to its origin only.
 */
export function authorizeRequests(
  http: AxiosInstance,
  apiUrl: string,
  tokens: TokenProvider,
): AxiosInstance {
  const { origin } = new URL(apiUrl);
  http.interceptors.request.use(async (request: AuthorizedRequest) => {
    if (new URL(http.getUri(request), apiUrl).origin !== origin) throw new ForeignOriginError();
    const token = await tokens.getToken();
    request.sentToken = token;
    request.headers.set('Authorization', `Bearer ${token}`);
    return request;
  });
  http.interceptors.response.use(undefined, async (error: unknown) => {
    const request = refusedRequest(error);
    if (!request?.sentToken) throw error;
    tokens.drop(request.sentToken);
    if (request.retried || !canBeSentAgain(request.data)) throw error;
    return http.request(Object.assign(request, { retried: true }));
  });
  return http;
}

/** The request that was refused for its token (RFC 6750 3.1). Not for its scope: a new token would not help. */
function refusedRequest(error: unknown): AuthorizedRequest | undefined {
  if (!isAxiosError(error) || !isInvalidToken(error)) return undefined;
  return error.config;
}

function isInvalidToken({ response }: AxiosError): boolean {
  const challenge: unknown = response?.headers['www-authenticate'];
  return (
    response?.status === 401 &&
    typeof challenge === 'string' &&
    /\berror="?invalid_token\b/.test(challenge)
  );
}

function canBeSentAgain(body: unknown): boolean {
  return typeof (body as { pipe?: unknown } | undefined)?.pipe !== 'function';
}
