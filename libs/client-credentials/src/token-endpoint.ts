import type { AxiosInstance, AxiosResponse } from 'axios';
import { authenticateClient } from './client-authentication.js';
import type { ClientRegistration } from './client-registration.js';
import { retryAfterMs } from './retry-after.js';
import { TokenRequestError } from './token-request-error.js';
import { readErrorResponse, readTokenResponse, type AccessToken } from './token-response.js';

/** Asks an authorization server for tokens (RFC 6749 4.4.2). */
export class TokenEndpoint {
  private discovered: string | undefined;

  /**
   * @param http answers any status and follows no redirect: see `createHttpClient`.
   * @param now milliseconds since the epoch.
   */
  constructor(
    private readonly registration: ClientRegistration,
    private readonly http: AxiosInstance,
    private readonly now: () => number,
  ) {}

  /** @throws TokenRequestError */
  async requestToken(): Promise<AccessToken> {
    const { scopes, resource } = this.registration;
    const url = await this.url();
    const { headers, parameters } = await this.authentication();
    const form = new URLSearchParams({ grant_type: 'client_credentials', ...parameters });
    if (scopes.length > 0) form.set('scope', scopes.join(' '));
    form.set('resource', resource);
    const response = await this.send(() => this.http.post(url, form, { headers }));
    if (response.status === 200) return readTokenResponse(response.data);
    const wait = retryAfterMs(response.headers['retry-after'], this.now());
    throw readErrorResponse(response.status, response.data, wait);
  }

  private async url(): Promise<string> {
    this.discovered ??= this.registration.tokenEndpoint ?? (await this.discover());
    return this.discovered;
  }

  private async discover(): Promise<string> {
    const { issuer } = this.registration;
    const [url, alternative] = metadataUrls(issuer);
    const first = await this.send(() => this.http.get(url));
    const response =
      first.status === 404 ? await this.send(() => this.http.get(alternative)) : first;
    if (response.status !== 200) {
      throw new TokenRequestError(`metadata_http_${response.status}`, true);
    }
    const metadata = response.data as { issuer?: unknown; token_endpoint?: unknown } | null;
    // RFC 8414 3.3: metadata that names another issuer must not be used.
    if (metadata?.issuer !== issuer) throw new TokenRequestError('issuer_mismatch', false);
    if (typeof metadata.token_endpoint !== 'string' || !URL.canParse(metadata.token_endpoint)) {
      throw new TokenRequestError('no_token_endpoint', false);
    }
    return metadata.token_endpoint;
  }

  private async authentication(): ReturnType<typeof authenticateClient> {
    try {
      return await authenticateClient(this.registration);
    } catch (error) {
      throw new TokenRequestError('credentials_unreadable', true, undefined, { cause: error });
    }
  }

  private async send(request: () => Promise<AxiosResponse<unknown>>) {
    try {
      return await request();
    } catch (error) {
      // The error of axios holds the request, credentials and all: only its code goes on.
      const code = (error as { code?: unknown }).code;
      throw new TokenRequestError(`network_${typeof code === 'string' ? code : 'error'}`, true);
    }
  }
}

// RFC 8414 3.1 takes a final slash away and puts the well-known part between host and path; OpenID Connect
// puts it at the end.
function metadataUrls(issuer: string): [string, string] {
  const { origin, pathname } = new URL(issuer);
  return [
    `${origin}/.well-known/oauth-authorization-server${pathname.replace(/\/$/, '')}`,
    `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
  ];
}
