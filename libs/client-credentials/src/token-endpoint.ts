import { clientAuthenticator, type ClientAuthentication } from './client-authentication.js';
import type { ClientRegistration } from './client-registration.js';
import { discoverTokenEndpoint } from './discover-token-endpoint.js';
import type { IssuerClient } from './issuer-client.js';
import { retryAfterMs } from './retry-after.js';
import { codeOf, TokenRequestError, type TokenFailureReason } from './token-request-error.js';
import { readErrorResponse, readTokenResponse, type AccessToken } from './token-response.js';
import { unlessAborted } from './unless-aborted.js';

/** What a token is asked for: for one client, what makes it another token. */
export interface TokenTarget {
  readonly scopes: readonly string[];
  readonly resource: string | undefined;
}

/** For an attempt from its beginning to its end: reading the credentials, discovery, the answer's last byte. */
const TIMEOUT_MS = 10_000;

/** How a token endpoint that is elsewhere now looks: the next attempt looks up where it is. */
const MAY_HAVE_MOVED: ReadonlySet<TokenFailureReason> = new Set<TokenFailureReason>([
  'refused',
  'network',
  'timeout',
]);

/** Asks an authorization server for tokens (RFC 6749 4.4.2). */
export class TokenEndpoint {
  private readonly authenticate: () => Promise<ClientAuthentication>;
  private discovered: string | undefined;

  /** @param now milliseconds since the epoch. */
  constructor(
    private readonly registration: ClientRegistration,
    private readonly client: IssuerClient,
    private readonly now: () => number,
  ) {
    this.authenticate = clientAuthenticator(registration, now);
  }

  /** @throws TokenRequestError, and nothing else, at the latest after ten seconds. */
  async requestToken(target: TokenTarget): Promise<AccessToken> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(new TokenRequestError('timeout')), TIMEOUT_MS);
    try {
      return await unlessAborted(this.attempt(target, timeout.signal), timeout.signal);
    } catch (error) {
      const failure =
        error instanceof TokenRequestError ? error : new TokenRequestError('other', codeOf(error));
      if (MAY_HAVE_MOVED.has(failure.reason)) this.discovered = undefined;
      throw failure;
    } finally {
      clearTimeout(timer);
    }
  }

  private async attempt(target: TokenTarget, signal: AbortSignal): Promise<AccessToken> {
    const url = await this.url(signal);
    const { headers, parameters } = await this.authentication();
    const form = this.form(target, parameters);
    const answer = await this.client.send({ url, form, headers }, signal);
    if (answer.status === 200) return readTokenResponse(answer.body);
    const wait = retryAfterMs(answer.retryAfter, this.now());
    throw readErrorResponse(answer.status, answer.body, wait);
  }

  private form(target: TokenTarget, authentication: Readonly<Record<string, string>>) {
    const form = new URLSearchParams({
      ...this.registration.parameters,
      grant_type: 'client_credentials',
      ...authentication,
    });
    if (target.scopes.length > 0) form.set('scope', target.scopes.join(' '));
    if (target.resource !== undefined) form.set('resource', target.resource);
    return form;
  }

  private async url(signal: AbortSignal): Promise<string> {
    const { issuer, tokenEndpoint } = this.registration;
    if (tokenEndpoint !== undefined) return tokenEndpoint;
    this.discovered ??= await discoverTokenEndpoint(this.client, issuer, signal, this.now);
    return this.discovered;
  }

  private async authentication(): Promise<ClientAuthentication> {
    try {
      return await this.authenticate();
    } catch (error) {
      throw new TokenRequestError('credentials_unreadable', codeOf(error));
    }
  }
}
