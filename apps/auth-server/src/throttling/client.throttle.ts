import type { Counter, EventLogger, Metrics } from '@m2m/service-defaults';
import { LRUCache } from 'lru-cache';
import { RateLimiterPostgres } from 'rate-limiter-flexible';
import type { DataSource } from 'typeorm';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { ChangeFeed } from '../changes/change-feed.js';
import { shownClientId } from '../clients/shown-client-id.js';
import { tooManyFailures, type OAuthError } from '../oauth/oauth-error.js';
import { attemptKey } from './attempt-key.js';
import { Tries, type TriesOfMinute } from './tries.js';

const WINDOW_SECONDS = 60;
const WINDOW_MS = WINDOW_SECONDS * 1_000;
const REMEMBERED_BLOCKS = 10_000;
/** A key and for how many milliseconds it is blocked. */
const ANNOUNCEMENT = /^(?<key>[\w-]{43})\.(?<left>\d{1,5})$/;

/**
 * Refuses a client's secrets from an address from which too many have been wrong (RFC 6749 2.3.1), at every
 * replica and until the minute that began with the first failure is over (see decision record 0020).
 */
export class ClientThrottle {
  private readonly failures: RateLimiterPostgres;
  private readonly tries: Tries;
  /** When each block ends, by `now`. */
  private readonly blocks = new LRUCache<string, number>({ max: REMEMBERED_BLOCKS });
  private lastBlockEndsAt = 0;
  private readonly throttled: Counter;

  /**
   * @param limit how many failures a minute there may be for one client from one address.
   * @param now milliseconds of a clock that never goes back.
   */
  constructor(
    private readonly limit: number,
    private readonly dataSource: DataSource,
    feed: ChangeFeed,
    private readonly audit: AuditTrail,
    private readonly logger: EventLogger,
    metrics: Metrics,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.failures = new RateLimiterPostgres({
      storeClient: dataSource,
      storeType: 'typeorm',
      tableName: 'client_authentication_failure',
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix: '',
      points: limit,
      duration: WINDOW_SECONDS,
    });
    this.tries = new Tries(limit, now);
    feed.subscribe('throttle', (announcement) => this.learn(announcement));
    this.throttled = metrics.counter({
      name: 'oauth_client_authentication_throttled_total',
      help: 'Client authentications refused unseen, after too many failures.',
    });
  }

  /**
   * To be asked before a secret is looked at, good or bad.
   *
   * @throws OAuthError 429 if there were too many failures.
   */
  check(clientId: string, address: string): void {
    const now = this.now();
    // Nearly always nobody is blocked, and this is all.
    if (now >= this.lastBlockEndsAt) return;
    const endsAt = this.blocks.get(attemptKey(clientId, address)) ?? 0;
    if (now < endsAt) throw this.refusal(clientId, address, endsAt - now);
  }

  /** Whether a secret may be compared here and now: as many as may be wrong are not wrong, or in doubt, already. */
  hasTriesLeft(clientId: string, address: string): boolean {
    // Nearly always everybody has, and this is all.
    return !this.tries.areShort || this.tries.shortageOf(attemptKey(clientId, address)) === 0;
  }

  /**
   * To be called with the comparison of a secret, with nothing waited for in between.
   *
   * @returns what is to be given back if the secret is right.
   * @throws OAuthError 429 if there is none left.
   */
  takeTry(clientId: string, address: string): TriesOfMinute {
    const key = attemptKey(clientId, address);
    const shortage = this.tries.shortageOf(key);
    if (shortage > 0) throw this.refusal(clientId, address, shortage);
    return this.tries.take(key);
  }

  giveBack(minute: TriesOfMinute): void {
    minute.taken -= 1;
  }

  /**
   * To be told of each wrong secret, for unknown clients too.
   *
   * @throws OAuthError 429 if it is one too many already.
   */
  async countFailure(clientId: string, address: string): Promise<void> {
    const key = attemptKey(clientId, address);
    const { consumedPoints: count, msBeforeNext: left } = await this.failures.penalty(key);
    if (count < this.limit) return;
    this.block(key, left);
    if (count > this.limit) throw this.refusal(clientId, address, left);
    await this.dataSource.query(`SELECT pg_notify('auth_changes', $1)`, [
      `throttle:${key}.${left}`,
    ]);
    this.recordBlock(clientId, address);
  }

  private learn(announcement: string): void {
    const { key, left } = ANNOUNCEMENT.exec(announcement)?.groups ?? {};
    if (key !== undefined) this.block(key, Number(left));
  }

  private block(key: string, left: number): void {
    const endsAt = this.now() + Math.min(left, WINDOW_MS);
    this.blocks.set(key, endsAt);
    this.lastBlockEndsAt = Math.max(this.lastBlockEndsAt, endsAt);
  }

  private refusal(clientId: string, address: string, left: number): OAuthError {
    this.throttled.inc();
    this.logger.warn('client_authentication.throttled', 'refused a client without a look', {
      client_id: shownClientId(clientId),
      address,
    });
    return tooManyFailures(Math.max(1, Math.ceil(left / 1_000)));
  }

  private recordBlock(clientId: string, address: string): void {
    this.audit.record({
      event: 'client_authentication.blocked',
      actor: undefined,
      subject: shownClientId(clientId),
      outcome: 'failure',
      reason: 'too_many_failures',
      message: 'a client is refused from an address for the rest of the minute',
      details: { client_id: shownClientId(clientId), address },
    });
  }
}
