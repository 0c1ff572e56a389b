import { CachedToken, type Surroundings } from './cached-token.js';
import type { ClientCredentialsEvents } from './client-credentials-events.js';
import type { ClientRegistration } from './client-registration.js';
import type { IssuerClient } from './issuer-client.js';
import { TokenEndpoint, type TokenTarget } from './token-endpoint.js';
import { unlessAborted } from './unless-aborted.js';

/** Which token, and for how long to wait for it. */
export interface TokenOptions {
  /** Other scopes than those of the registration. */
  readonly scopes?: readonly string[] | undefined;
  /** Another resource than that of the registration. */
  readonly resource?: string | undefined;
  /** Ends the wait of this caller, and nothing else. */
  readonly signal?: AbortSignal | undefined;
}

/** `degraded`: there is a token, and the next one cannot be had at the moment. `down`: there is none. */
export type TokenHealth = 'up' | 'degraded' | 'down';

export interface TokenProviderOptions extends Surroundings {
  /** Milliseconds since the epoch: for assertions, and for moments that an issuer names. */
  readonly now: () => number;
  readonly client: IssuerClient;
  readonly events?: ClientCredentialsEvents | undefined;
}

/** However many scopes and resources a caller makes up, memory holds no more tokens than these. */
const MOST_TOKENS = 100;

/**
 * The access tokens of one registration. Whatever else changes a token is the registration's, so that one is
 * kept for each set of scopes and each resource.
 */
export class TokenProvider {
  private readonly endpoint: TokenEndpoint;
  private readonly events: ClientCredentialsEvents;
  private readonly own: CachedToken;
  private readonly ownKey: string;
  /** By key, the least recently used first. */
  private readonly others = new Map<string, CachedToken>();

  constructor(
    private readonly name: string,
    private readonly registration: ClientRegistration,
    private readonly options: TokenProviderOptions,
  ) {
    this.endpoint = new TokenEndpoint(registration, options.client, options.now);
    this.events = options.events ?? {};
    const target = this.target({});
    this.own = this.cachedToken(target);
    this.ownKey = keyOf(target);
  }

  /**
   * A token to send with the next request; by default the one for the registration's scopes and resource.
   *
   * @throws TokenRequestError if there is none; its `transient` tells whether trying again later can help. The
   *   signal's reason if it is given first.
   */
  async getToken(options: TokenOptions = {}): Promise<string> {
    const { signal } = options;
    signal?.throwIfAborted();
    const getting = this.tokenFor(options).get();
    const token = await (signal ? unlessAborted(getting, signal) : getting);
    this.events.onTokenUsed?.(this.name);
    return token;
  }

  /**
   * Forgets a token that an API refused by `invalid_token`, unless another caller has replaced it already.
   *
   * @returns whether it is worth to send the refused call again with what `getToken` gives now.
   */
  drop(token: string): boolean {
    const holder = [this.own, ...this.others.values()].find((cached) => cached.holds(token));
    return holder?.drop() ?? true;
  }

  /** How the registration's own token stands. Fetches or renews it if that is due. */
  async health(): Promise<TokenHealth> {
    try {
      await this.own.get();
    } catch {
      return 'down';
    }
    return this.own.failing ? 'degraded' : 'up';
  }

  /** For how many seconds the registration's own token is still good; 0 if there is none. */
  get lifetimeLeftSeconds(): number {
    return this.own.lifetimeLeftSeconds;
  }

  private target({ scopes, resource }: TokenOptions): TokenTarget {
    return {
      scopes: [...new Set(scopes ?? this.registration.scopes)],
      resource: resource ?? this.registration.resource,
    };
  }

  private tokenFor({ scopes, resource }: TokenOptions): CachedToken {
    if (scopes === undefined && resource === undefined) return this.own;
    const target = this.target({ scopes, resource });
    const key = keyOf(target);
    if (key === this.ownKey) return this.own;
    const cached = this.others.get(key) ?? this.cachedToken(target);
    this.others.delete(key);
    this.others.set(key, cached);
    const [oldest] = this.others.keys();
    if (this.others.size >= MOST_TOKENS && oldest !== undefined) this.others.delete(oldest);
    return cached;
  }

  private cachedToken(target: TokenTarget): CachedToken {
    return new CachedToken(
      () => this.endpoint.requestToken(target),
      this.options,
      (seconds, error) => {
        const fetch = { registration: this.name, seconds };
        if (!error) this.events.onTokenFetched?.(fetch);
        else {
          const { reason, transient } = error;
          this.events.onTokenFailed?.({ ...fetch, reason, transient });
        }
      },
    );
  }
}

// Scopes are a set (RFC 6749 3.3): their order changes nothing.
function keyOf({ scopes, resource }: TokenTarget): string {
  return JSON.stringify([scopes.toSorted(), resource]);
}
