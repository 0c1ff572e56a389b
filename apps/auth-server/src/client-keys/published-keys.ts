import { AsyncLocalStorage } from 'node:async_hooks';
import type { BoundedCounter, EventLogger, Metrics } from '@m2m/service-defaults';
import { LRUCache } from 'lru-cache';
import { readClientKey, type ClientKey } from './client-key.js';
import type { KeySetFetcher } from './key-set.fetcher.js';

/** How long keys are used at most: one that a client has withdrawn is refused after this time. */
const LONGEST_USE_MS = 5 * 60_000;
/** From this age on, whoever uses keys has them fetched again in the background. */
const REFRESH_AFTER_MS = 2 * 60_000;
/** How long after a failure nothing is fetched. */
const COOL_DOWN_AFTER_FAILURE_MS = 5_000;
/** How long after a fetch for the sake of an unknown key there is no other one for that. */
const COOL_DOWN_FOR_UNKNOWN_MS = 30_000;
/** How much of a key set is looked at: each of its keys may have to be tried. */
const MOST_KEYS = 20;
const REMEMBERED_SETS = 10_000;

const outcomes = ['success', 'failure'] as const;

/** What is known of the keys at one URI. Times are milliseconds of a clock that never goes back. */
interface KeySet {
  keys: readonly ClientKey[];
  fetchedAt: number;
  failedAt: number;
  fetchedForUnknownAt: number;
  fetching: Promise<void> | undefined;
}

/**
 * The keys that clients publish (`jwks_uri` of RFC 7591 2): fetched when they are needed, once for however
 * many requests, and each client's apart from all others', so that a slow one holds up nobody else.
 */
export class PublishedKeys {
  private readonly sets = new LRUCache<string, KeySet>({ max: REMEMBERED_SETS });
  private readonly fetches: BoundedCounter<(typeof outcomes)[number]>;
  /** For what is done in the background: it is no part of the trace of whoever happened to start it. */
  private readonly outsideOfCallers = AsyncLocalStorage.snapshot();

  /** @param now milliseconds of a clock that never goes back. */
  constructor(
    private readonly fetcher: KeySetFetcher,
    private readonly logger: EventLogger,
    metrics: Metrics,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.fetches = metrics.counterBy({
      name: 'oauth_client_key_fetches_total',
      help: "Attempts to fetch a client's keys from its jwks_uri.",
      label: 'outcome',
      values: outcomes,
    });
  }

  /** The keys at a URI, five minutes old at most; undefined if they cannot be fetched. */
  async at(uri: string): Promise<readonly ClientKey[] | undefined> {
    const set = this.setOf(uri);
    if (!this.isUsable(set)) await this.fetchOnce(uri, set);
    else if (this.now() - set.fetchedAt > REFRESH_AFTER_MS) {
      void this.outsideOfCallers(() => this.fetchOnce(uri, set));
    }
    return this.isUsable(set) ? set.keys : undefined;
  }

  /**
   * The keys fetched again, because the client may have a new one that those at hand lack; undefined if
   * that has been done in the last 30 seconds already, or if they cannot be fetched.
   */
  async anewAt(uri: string): Promise<readonly ClientKey[] | undefined> {
    const set = this.setOf(uri);
    const sinceLast = this.now() - set.fetchedForUnknownAt;
    if (sinceLast < COOL_DOWN_FOR_UNKNOWN_MS && !set.fetching) return undefined;
    set.fetchedForUnknownAt = this.now();
    await this.fetchOnce(uri, set);
    return this.isUsable(set) ? set.keys : undefined;
  }

  private setOf(uri: string): KeySet {
    const known = this.sets.get(uri);
    if (known) return known;
    const never = Number.NEGATIVE_INFINITY;
    const set: KeySet = {
      keys: [],
      fetchedAt: never,
      failedAt: never,
      fetchedForUnknownAt: never,
      fetching: undefined,
    };
    this.sets.set(uri, set);
    return set;
  }

  private isUsable({ fetchedAt }: KeySet): boolean {
    return this.now() - fetchedAt <= LONGEST_USE_MS;
  }

  private async fetchOnce(uri: string, set: KeySet): Promise<void> {
    if (!set.fetching && this.now() - set.failedAt < COOL_DOWN_AFTER_FAILURE_MS) return;
    set.fetching ??= this.fetch(uri, set).finally(() => {
      set.fetching = undefined;
    });
    await set.fetching;
  }

  private async fetch(uri: string, set: KeySet): Promise<void> {
    try {
      set.keys = fitKeys(await this.fetcher.fetch(uri));
      set.fetchedAt = this.now();
      this.fetches.inc('success');
    } catch (error) {
      set.failedAt = this.now();
      this.fetches.inc('failure');
      this.logger.warn(
        'client_keys.fetch_failed',
        `the keys of a client could not be fetched: ${String(error)}`,
        { jwks_uri: withoutQuery(uri) },
      );
    }
  }
}

/** Those that assertions may be verified by; a set may hold others, for other purposes. */
function fitKeys(jwks: readonly unknown[]): ClientKey[] {
  return jwks.slice(0, MOST_KEYS).flatMap((jwk) => {
    try {
      return readClientKey(jwk as Record<string, unknown>);
    } catch {
      return [];
    }
  });
}

function withoutQuery(uri: string): string {
  const { origin, pathname } = new URL(uri);
  return origin + pathname;
}
