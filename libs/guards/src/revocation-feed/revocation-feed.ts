import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { GuardsEvents } from '../guards-events.js';
import { basicAuthorization, type ResourceServerClient } from '../issuer/client-credentials.js';
import { discoverEndpoint } from '../issuer/discover-endpoint.js';
import { fetchJson, type Fetch } from '../issuer/fetch-json.js';
import type { Client } from '../verification/client.js';
import { RevocationsUnavailableError } from '../verification/token-refusal.js';
import type { Revocations } from '../verification/unrevoked.verifier.js';
import { RevocationList } from './revocation-list.js';

/** As which client the resource server fetches what is revoked, and how often. */
export interface RevocationFeedClient extends ResourceServerClient {
  /** Where the feed is, where that is not to be discovered from the issuer's metadata. */
  readonly endpoint?: string | undefined;
  /** Seconds from the start of one fetch to that of the next: 5 by default, from 1 to 30. */
  readonly pollSeconds?: number | undefined;
}

export interface RevocationFeedOptions {
  readonly issuer: string;
  /** The `aud` of the tokens that are to be looked up. */
  readonly audience: string;
  readonly client: RevocationFeedClient;
  readonly fetch: Fetch;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  readonly events?: Pick<GuardsEvents, 'onRevocationsFetched'>;
}

interface FetchedList {
  readonly list: RevocationList;
  readonly fetchedAt: number;
}

const POLL_SECONDS = 5;
/** How long after the start of a fetch that failed the next one starts, unless it would sooner. */
const RETRY_MS = 5_000;
/** How long a list is gone by, from the start of its fetch. */
const LONGEST_STALE_MS = 60_000;
/** A list of the auth-server's has at most 20,000 entries; a client in it takes up to 150 bytes. */
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * What is revoked, as the authorization server lists it: fetched every few seconds in the background, looked
 * up in memory. While it cannot be fetched the last list is gone by for a minute, and after that nothing is
 * known of any token.
 */
export class RevocationFeed implements Revocations, OnModuleInit, OnApplicationShutdown {
  readonly dependency = 'revocation feed';
  private readonly pollMs: number;
  private current: FetchedList | undefined;
  private discovered: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;

  constructor(private readonly options: RevocationFeedOptions) {
    this.pollMs = (options.client.pollSeconds ?? POLL_SECONDS) * 1_000;
  }

  // Outside of all requests, so that no fetch is part of the trace of one.
  onModuleInit(): void {
    void this.poll();
  }

  // Not earlier: calls that came in before the shutdown are still being answered.
  onApplicationShutdown(): void {
    this.isOver = true;
    clearTimeout(this.timer);
  }

  /** @throws RevocationsUnavailableError if there is no list, or none but an old one. */
  isRevoked(client: Client): boolean {
    return this.usable().has(client);
  }

  /** @throws RevocationsUnavailableError likewise. */
  async ready(): Promise<void> {
    this.usable();
  }

  /** Fetches the list. If that fails the last one stays. @returns whether it was fetched. */
  async refresh(): Promise<boolean> {
    const { now, events } = this.options;
    // What is revoked from here on may not be in it.
    const fetchedAt = now();
    try {
      this.current = { list: await this.fetchList(), fetchedAt };
      events?.onRevocationsFetched?.('success');
      return true;
    } catch (error) {
      // The issuer may have moved its feed: the next attempt looks up where it is.
      this.discovered = undefined;
      const reason = error instanceof Error ? error : new Error(String(error));
      events?.onRevocationsFetched?.('failure', reason);
      return false;
    }
  }

  private usable(): RevocationList {
    const { current } = this;
    if (!current || this.options.now() - current.fetchedAt > LONGEST_STALE_MS) {
      throw new RevocationsUnavailableError();
    }
    return current.list;
  }

  private async poll(): Promise<void> {
    const startedAt = this.options.now();
    const interval = (await this.refresh()) ? this.pollMs : Math.min(this.pollMs, RETRY_MS);
    if (this.isOver) return;
    const waitMs = Math.max(0, startedAt + interval - this.options.now());
    this.timer = setTimeout(() => void this.poll(), waitMs);
    this.timer.unref();
  }

  private async fetchList(): Promise<RevocationList> {
    const { fetch, issuer, audience, client } = this.options;
    this.discovered ??=
      client.endpoint ?? (await discoverEndpoint(fetch, issuer, 'm2m_revocation_feed_endpoint'));
    const url = this.discovered;
    const request = {
      method: 'POST',
      headers: {
        authorization: await basicAuthorization(client),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: '',
    } as const;
    const { body } = await fetchJson(fetch, url, request, MOST_BYTES);
    const list = RevocationList.from(body);
    if (!list) throw new Error(`${url} does not say what is revoked`);
    // That nothing is said of a token would be taken for its being good.
    if (!list.audiences.includes(audience)) {
      throw new Error(`${url} says nothing of tokens for ${audience}`);
    }
    return list;
  }
}
