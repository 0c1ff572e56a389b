import { WWWAuthenticateChallengeError, fetchProtectedResource } from 'openid-client';
import { usageFailure } from '../command-line/operator-failure.ts';
import type { AccessToken } from './access-token.ts';
import { describeOutage } from './outage.ts';
import { refusal } from './refusal.ts';

/** As many items as the API gives at once. */
const PAGE = '100';

/** A representation that the API has answered with, its members as they are. */
export type Representation = Readonly<Record<string, unknown>>;

export interface Answer {
  /** Empty where there was none. */
  readonly representation: Representation;
  /** Names this version of it, to be sent back as `If-Match` (RFC 9110 13.1.1). */
  readonly entityTag: string | null;
}

interface AdminRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly ifMatch?: string | null;
}

/** A resource by the segments of its path below `/admin`. */
export type ResourcePath = readonly [collection: string, ...rest: string[]];

/** The admin API of the authorization server. Whatever it refuses is an OperatorFailure. */
export class AdminApi {
  readonly #issuer: URL;
  readonly #token: AccessToken;

  constructor(issuer: URL, token: AccessToken) {
    this.#issuer = issuer;
    this.#token = token;
  }

  get(path: ResourcePath): Promise<Answer> {
    return this.#send(path, { method: 'GET' });
  }

  /** All items of a list, from all of its pages. */
  async list(
    path: ResourcePath,
    filter: Readonly<Record<string, string>> = {},
  ): Promise<Representation[]> {
    const items: Representation[] = [];
    let cursor: unknown;
    do {
      const query = { ...filter, limit: PAGE, ...(typeof cursor === 'string' && { cursor }) };
      const { representation: page } = await this.#send(path, { method: 'GET', query });
      items.push(...(page['items'] as Representation[]));
      cursor = page['nextCursor'];
    } while (typeof cursor === 'string');
    return items;
  }

  async post(path: ResourcePath, body?: object): Promise<Representation> {
    const { representation } = await this.#send(path, { method: 'POST', ...(body && { body }) });
    return representation;
  }

  /** Changes what nobody else has changed since it was read. */
  async patch(path: ResourcePath, body: object, ifMatch: string | null): Promise<Representation> {
    const { representation } = await this.#send(path, { method: 'PATCH', body, ifMatch });
    return representation;
  }

  async delete(path: ResourcePath): Promise<void> {
    await this.#send(path, { method: 'DELETE' });
  }

  async #send(path: ResourcePath, request: AdminRequest): Promise<Answer> {
    const { configuration, token } = this.#token;
    const { method, body } = request;
    const url = this.#urlOf(path, request.query);
    const content = body && JSON.stringify(body);
    const headers = headersOf(request);
    try {
      return await answerIn(
        await fetchProtectedResource(configuration, token, url, method, content, headers),
      );
    } catch (error) {
      if (error instanceof WWWAuthenticateChallengeError) throw await refusal(error.response);
      throw describeOutage(error, this.#issuer) ?? error;
    }
  }

  #urlOf(path: ResourcePath, query: Readonly<Record<string, string>> = {}): URL {
    const base = this.#issuer.href.replace(/\/$/, '');
    const url = new URL(`${base}/admin/${path.map(segment).join('/')}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return url;
  }
}

/** What URLs take for a way up, or for nothing, would address something else. */
function segment(text: string): string {
  if (['', '.', '..'].includes(text))
    throw usageFailure(`"${text}" cannot be the name of anything`);
  return encodeURIComponent(text);
}

function headersOf({ body, ifMatch }: AdminRequest): Headers {
  return new Headers({
    accept: 'application/json',
    ...(body && { 'content-type': 'application/json' }),
    ...(ifMatch && { 'if-match': ifMatch }),
  });
}

async function answerIn(response: Response): Promise<Answer> {
  if (!response.ok) throw await refusal(response);
  const isEmpty = response.status === 204;
  const representation = isEmpty ? {} : ((await response.json()) as Representation);
  return { representation, entityTag: response.headers.get('etag') };
}
