import { AsyncLocalStorage } from 'node:async_hooks';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { GuardsEvents } from '../guards-events.js';
import { KeysUnavailableError } from '../verification/token-refusal.js';
import { discoverJwksUri } from './discover-jwks-uri.js';
import { fetchJson, type Fetch } from './fetch-json.js';

export interface IssuerKeysOptions {
  readonly issuer: string;
  /** Where the keys are, if that is not to be discovered from the issuer's metadata. */
  readonly jwksUri?: string | undefined;
  readonly fetch: Fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly events?: Pick<GuardsEvents, 'onKeysFetched'>;
}

interface KeySet {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  readonly kids: ReadonlySet<string>;
  readonly fetchedAt: number;
  readonly refreshAfterMs: number;
}

/** How long keys are used before they are fetched again in the background, unless the issuer says less. */
const LONGEST_REFRESH_MS = 5 * 60_000;
const SHORTEST_REFRESH_MS = 10_000;
/** How long keys are used while the issuer cannot be reached. */
const LONGEST_STALE_MS = 60 * 60_000;
/** How long after a fetch neither a token with an unknown `kid` nor the age of the keys causes another. */
const COOL_DOWN_MS = 30_000;
/** The same as long as there are no keys at all, without which nobody gets in. */
const COOL_DOWN_WITHOUT_KEYS_MS = 1_000;

/**
 * The public keys of an issuer: fetched once for however many callers, fetched again in the background,
 * and kept in use for an hour while the issuer is away. A flood of tokens with invented key identifiers
 * causes one fetch in 30 seconds.
 */
export class IssuerKeys {
  private current: KeySet | undefined;
  private fetching: Promise<KeySet> | undefined;
  private lastAttemptAt = Number.NEGATIVE_INFINITY;
  private discovered: string | undefined;
  /** For what is done in the background: it is no part of the trace of whoever happened to start it. */
  private readonly outsideOfCallers = AsyncLocalStorage.snapshot();

  constructor(private readonly options: IssuerKeysOptions) {}

  /** Finds the key a token names, the way jose asks for it. Only the issuer's own keys are considered, never one from a token's header (RFC 8725 3.10). */
  readonly resolve: JWTVerifyGetKey = async (header, token) => {
    const keys = await this.usableKeys();
    try {
      return await keys.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.mayFetchAgain()) throw error;
      const renewed = await this.fetchOnce().catch(() => keys);
      return renewed.find(header, token);
    }
  };

  /** Whether a key by which a token has been verified is known to be still among the issuer's. */
  stillPublished(kid: string): boolean {
    const keys = this.current;
    if (!keys || this.ageOf(keys) > LONGEST_STALE_MS || this.mustRefreshFirst(keys)) return false;
    this.refreshInBackground(keys);
    return keys.kids.has(kid);
  }

  /**
   * Resolves if tokens can be verified; for readiness checks.
   *
   * @throws KeysUnavailableError
   */
  async ready(): Promise<void> {
    await this.usableKeys();
  }

  /** Seconds since the keys were last fetched; undefined before the first time. */
  get ageSeconds(): number | undefined {
    return this.current && this.ageOf(this.current) / 1_000;
  }

  private async usableKeys(): Promise<KeySet> {
    const keys = this.current;
    if (!keys) return this.fetchOrFail();
    if (this.ageOf(keys) > LONGEST_STALE_MS) return this.fetchOrFail();
    if (this.mustRefreshFirst(keys)) return this.fetchOnce().catch(() => keys);
    this.refreshInBackground(keys);
    return keys;
  }

  private ageOf(keys: KeySet): number {
    return this.options.now() - keys.fetchedAt;
  }

  // An API that nobody has called for a while must not go by keys that have been withdrawn meanwhile.
  private mustRefreshFirst(keys: KeySet): boolean {
    return this.ageOf(keys) > 2 * keys.refreshAfterMs && this.mayFetchAgain();
  }

  private async fetchOrFail(): Promise<KeySet> {
    if (!this.fetching && this.sinceLastAttempt() < COOL_DOWN_WITHOUT_KEYS_MS) {
      throw new KeysUnavailableError();
    }
    return this.fetchOnce();
  }

  private refreshInBackground(keys: KeySet): void {
    if (this.ageOf(keys) <= keys.refreshAfterMs || this.fetching || !this.mayFetchAgain()) return;
    // The keys at hand stay in use; the next attempt follows after the cool-down.
    this.outsideOfCallers(() => this.fetchOnce()).catch(() => undefined);
  }

  private mayFetchAgain(): boolean {
    return this.fetching !== undefined || this.sinceLastAttempt() >= COOL_DOWN_MS;
  }

  private sinceLastAttempt(): number {
    return this.options.now() - this.lastAttemptAt;
  }

  private fetchOnce(): Promise<KeySet> {
    this.fetching ??= this.fetchKeys().finally(() => {
      this.fetching = undefined;
    });
    return this.fetching;
  }

  private async fetchKeys(): Promise<KeySet> {
    const { fetch, issuer, jwksUri, now, events } = this.options;
    this.lastAttemptAt = now();
    try {
      this.discovered ??= jwksUri ?? (await discoverJwksUri(fetch, issuer));
      const { body, maxAgeSeconds } = await fetchJson(fetch, this.discovered);
      const document = body as unknown as JSONWebKeySet;
      const find = createLocalJWKSet(document);
      const kids = new Set(document.keys.flatMap(({ kid }) => (kid === undefined ? [] : [kid])));
      this.current = { find, kids, fetchedAt: now(), refreshAfterMs: refreshAfter(maxAgeSeconds) };
      events?.onKeysFetched?.('success');
      return this.current;
    } catch (error) {
      events?.onKeysFetched?.('failure');
      // The issuer may have moved its keys: the next attempt looks up where they are.
      this.discovered = undefined;
      throw new KeysUnavailableError({ cause: error });
    }
  }
}

function refreshAfter(maxAgeSeconds: number | undefined): number {
  const wanted = maxAgeSeconds === undefined ? LONGEST_REFRESH_MS : maxAgeSeconds * 1_000;
  return Math.min(Math.max(wanted, SHORTEST_REFRESH_MS), LONGEST_REFRESH_MS);
}
