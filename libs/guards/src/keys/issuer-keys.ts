import { AsyncLocalStorage } from 'node:async_hooks';
import { errors, type JSONWebKeySet } from 'jose';
import type { GuardsEvents } from '../guards-events.js';
import { discoverEndpoint } from '../issuer/discover-endpoint.js';
import { fetchJson, type Fetch } from '../issuer/fetch-json.js';
import { KeysUnavailableError } from '../verification/token-refusal.js';
import { keySetFrom, type KeySet } from './key-set.js';
import type { VerificationKeys } from './verification-keys.js';

export interface IssuerKeysOptions {
  readonly issuer: string;
  /** Where the keys are, if that is not to be discovered from the issuer's metadata. */
  readonly jwksUri?: string | undefined;
  readonly fetch: Fetch;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly events?: Pick<GuardsEvents, 'onKeysFetched'>;
}

interface FetchedKeys extends KeySet {
  readonly fetchedAt: number;
  readonly refreshAfterMs: number;
}

/** How long keys are used before they are fetched again in the background, unless the issuer says less. */
const LONGEST_REFRESH_MS = 5 * 60_000;
const SHORTEST_REFRESH_MS = 5_000;
/** How long keys are used while the issuer cannot be reached. */
const LONGEST_STALE_MS = 60 * 60_000;
/** How long after a fetch no token of an unknown key causes another. */
const COOL_DOWN_MS = 10_000;
/** How long after a failed fetch nothing does, while there are keys. */
const COOL_DOWN_AFTER_FAILURE_MS = 30_000;
/** The same as long as there are no keys at all, without which nobody gets in. */
const COOL_DOWN_WITHOUT_KEYS_MS = 1_000;

/**
 * The public keys of an issuer: fetched once for however many callers, fetched again in the background,
 * and kept in use for an hour while the issuer is away. A flood of tokens with invented key identifiers
 * causes one fetch in ten seconds, apart from those that the keys' age causes anyway.
 */
export class IssuerKeys implements VerificationKeys {
  private current: FetchedKeys | undefined;
  private fetching: Promise<FetchedKeys> | undefined;
  private lastAttemptAt = Number.NEGATIVE_INFINITY;
  private lastFailureAt = Number.NEGATIVE_INFINITY;
  private discovered: string | undefined;
  /** For what is done in the background: it is no part of the trace of whoever happened to start it. */
  private readonly outsideOfCallers = AsyncLocalStorage.snapshot();

  constructor(private readonly options: IssuerKeysOptions) {}

  readonly resolve: VerificationKeys['resolve'] = async (...wanted) => {
    const keys = await this.usableKeys();
    try {
      return await keys.find(...wanted);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || !this.mayLookForNewKeys()) throw error;
      const renewed = await this.fetchOnce().catch(() => keys);
      return renewed.find(...wanted);
    }
  };

  stillPublished(name: string): boolean {
    const keys = this.current;
    if (!keys || this.ageOf(keys) > LONGEST_STALE_MS || this.mustRefreshFirst(keys)) return false;
    this.refreshInBackground(keys);
    return keys.names.has(name);
  }

  async ready(): Promise<void> {
    const { names } = await this.usableKeys();
    if (names.size === 0) throw new KeysUnavailableError();
  }

  private async usableKeys(): Promise<FetchedKeys> {
    const keys = this.current;
    if (!keys) return this.fetchOrFail();
    if (this.ageOf(keys) > LONGEST_STALE_MS) return this.fetchOrFail();
    if (this.mustRefreshFirst(keys)) return this.fetchOnce().catch(() => keys);
    this.refreshInBackground(keys);
    return keys;
  }

  private ageOf(keys: FetchedKeys): number {
    return this.options.now() - keys.fetchedAt;
  }

  // An API that nobody has called for a while must not go by keys that have been withdrawn meanwhile.
  private mustRefreshFirst(keys: FetchedKeys): boolean {
    return this.ageOf(keys) > 2 * keys.refreshAfterMs && !this.issuerIsAway();
  }

  // Then it is asked in the background: else a request would wait for its silence in every cool-down.
  private issuerIsAway(): boolean {
    return this.sinceLastFailure() < 2 * COOL_DOWN_AFTER_FAILURE_MS;
  }

  private async fetchOrFail(): Promise<FetchedKeys> {
    if (!this.fetching && this.sinceLastAttempt() < COOL_DOWN_WITHOUT_KEYS_MS) {
      throw new KeysUnavailableError();
    }
    return this.fetchOnce();
  }

  private refreshInBackground(keys: FetchedKeys): void {
    if (this.ageOf(keys) <= keys.refreshAfterMs || this.fetching) return;
    if (this.sinceLastFailure() < COOL_DOWN_AFTER_FAILURE_MS) return;
    // The keys at hand stay in use, whatever comes of it.
    this.outsideOfCallers(() => this.fetchOnce()).catch(() => undefined);
  }

  // Keys past their age are being fetched already, which whoever looks for a new one waits for.
  private mayLookForNewKeys(): boolean {
    if (this.fetching) return true;
    const failedLately = this.sinceLastFailure() < COOL_DOWN_AFTER_FAILURE_MS;
    return !failedLately && this.sinceLastAttempt() >= COOL_DOWN_MS;
  }

  private sinceLastAttempt(): number {
    return this.options.now() - this.lastAttemptAt;
  }

  private sinceLastFailure(): number {
    return this.options.now() - this.lastFailureAt;
  }

  private fetchOnce(): Promise<FetchedKeys> {
    this.fetching ??= this.fetchKeys().finally(() => {
      this.fetching = undefined;
    });
    return this.fetching;
  }

  private async fetchKeys(): Promise<FetchedKeys> {
    const { fetch, issuer, jwksUri, now, events } = this.options;
    const startedAt = now();
    this.lastAttemptAt = startedAt;
    try {
      this.discovered ??= jwksUri ?? (await discoverEndpoint(fetch, issuer, 'jwks_uri'));
      const { body, maxAgeSeconds } = await fetchJson(fetch, this.discovered);
      const keys = keySetFrom(body as unknown as JSONWebKeySet);
      // RFC 9111 4.2.3: the time it took counts, since they may have changed meanwhile.
      const refreshAfterMs = refreshAfter(maxAgeSeconds);
      this.current = { ...keys, fetchedAt: startedAt, refreshAfterMs };
      this.lastFailureAt = Number.NEGATIVE_INFINITY;
      events?.onKeysFetched?.('success');
      return this.current;
    } catch (error) {
      this.lastFailureAt = now();
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
