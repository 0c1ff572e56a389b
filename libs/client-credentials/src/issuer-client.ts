import { AxiosError, type AxiosInstance } from 'axios';
import { createHttpClient } from './http-client.js';
import { codeOf, TokenRequestError } from './token-request-error.js';

/** Neither metadata nor a token answer is anywhere near as large. */
const MOST_BYTES = 256 * 1024;

/** What an issuer is asked: by GET, unless there is a form to send. */
export interface IssuerRequest {
  readonly url: string;
  readonly form?: URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an issuer answered. */
export interface IssuerAnswer {
  readonly status: number;
  /** The JSON value; undefined if it is none. */
  readonly body: unknown;
  readonly retryAfter: unknown;
}

/** Asks an issuer, of which nothing is expected: not that it ends, nor that it is JSON, nor that it is small. */
export class IssuerClient {
  private readonly http: AxiosInstance;

  /** @param headers to send along with every request. */
  constructor(private readonly headers: () => Readonly<Record<string, string>> = () => ({})) {
    this.http = createHttpClient({
      maxContentLength: MOST_BYTES,
      validateStatus: () => true,
      responseType: 'text',
      transformResponse: (text: unknown) => text,
    });
  }

  /**
   * @param signal ends the exchange wherever it is, in the middle of a body that never ends too.
   * @throws TokenRequestError
   */
  async send(request: IssuerRequest, signal: AbortSignal): Promise<IssuerAnswer> {
    const { url, form: data } = request;
    const method = data ? 'POST' : 'GET';
    const headers = { accept: 'application/json', ...this.headers(), ...request.headers };
    try {
      const response = await this.http.request<string>({ url, method, data, headers, signal });
      const retryAfter: unknown = response.headers['retry-after'];
      return { status: response.status, body: parse(response.data), retryAfter };
    } catch (error) {
      // The error of axios holds the request, credentials and all: only its code goes on.
      const code = codeOf(error);
      const tooLarge = code === AxiosError.ERR_BAD_RESPONSE;
      throw new TokenRequestError(tooLarge ? 'malformed_response' : 'network', code);
    }
  }
}

// The parser's own error quotes what it cannot read.
function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
