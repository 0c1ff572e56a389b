import type { ClientCredentials } from '../local-system/client-credentials.ts';
import { LocalSystemError } from '../local-system/local-system-error.ts';
import { isPassingFailure } from './passing-failure.ts';

/** Renewed this long before its end, so that no request is under way with an expired token. */
const MARGIN_MS = 30_000;
const ANSWER_MS = 10_000;

/** An access token by the client credentials grant (RFC 6749, 4.4), renewed when it grows old. */
export class AccessToken {
  readonly #credentials: ClientCredentials;
  readonly #tokenEndpoint: string;
  readonly #resource: string;
  #current: Promise<string> | undefined;
  #renewAt = 0;

  constructor(credentials: ClientCredentials, tokenEndpoint: string, resource: string) {
    this.#credentials = credentials;
    this.#tokenEndpoint = tokenEndpoint;
    this.#resource = resource;
  }

  /**
   * The token; however many ask at once, one request is made. Fails with a LocalSystemError if asking
   * again is of no use.
   */
  get(): Promise<string> {
    if (this.#current === undefined || Date.now() > this.#renewAt) {
      this.#renewAt = Number.POSITIVE_INFINITY;
      this.#current = this.#request().catch((error: unknown) => {
        this.#current = undefined;
        throw error;
      });
    }
    return this.#current;
  }

  async #request(): Promise<string> {
    const response = await fetch(this.#tokenEndpoint, {
      method: 'POST',
      headers: { authorization: basicAuthorization(this.#credentials) },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: this.#resource }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (isPassingFailure(response.status)) throw new Error(`the answer was ${response.status}`);
    const answer: unknown = await response.json();
    if (!isTokenResponse(answer)) {
      throw new LocalSystemError(
        `no access token for ${this.#credentials.client_id}: the answer was ${response.status}`,
      );
    }
    this.#renewAt = Date.now() + answer.expires_in * 1000 - MARGIN_MS;
    return answer.access_token;
  }
}

/** RFC 6749, 2.3.1: both parts are form-encoded before they are joined. */
function basicAuthorization({ client_id: id, client_secret: secret = '' }: ClientCredentials) {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  return `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString('base64')}`;
}

function isTokenResponse(
  value: unknown,
): value is { readonly access_token: string; readonly expires_in: number } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'access_token' in value &&
    typeof value.access_token === 'string' &&
    'expires_in' in value &&
    typeof value.expires_in === 'number'
  );
}
