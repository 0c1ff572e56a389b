import { AsyncLocalStorage } from 'node:async_hooks';
import { TokenRequestError } from './token-request-error.js';
import type { AccessToken } from './token-response.js';

/** What is given from outside, so that tests can tell the time. */
export interface Surroundings {
  /** Milliseconds of a clock that never goes back: for lifetimes and waiting times. */
  readonly uptime: () => number;
  /** From 0 up to 1, as `Math.random`. */
  readonly random: () => number;
}

/** How an attempt to fetch a token ended: with an error or without. */
type Report = (seconds: number, error?: TokenRequestError) => void;

interface HeldToken {
  readonly value: string;
  /** From here on a new token is fetched in the background while this one is still used. */
  readonly renewAt: number;
  readonly expiresAt: number;
}

interface Failure {
  readonly error: TokenRequestError;
  readonly retryAt: number;
  readonly consecutive: number;
}

/** Renewal starts after this part of a lifetime, later by up to half of what is left. */
const RENEWAL_PART = 0.8;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 30_000;
/** How long a failure that needs a person, such as a wrong secret, keeps further requests off. */
const PERMANENT_FAILURE_COOL_DOWN_MS = 30_000;
/** An API that refuses every token must not become a flood of requests for new ones. */
const REPLACEMENT_PAUSE_MS = 10_000;

/**
 * One access token: fetched once for however many callers, renewed in the background before it ends, and
 * never handed out after. While the authorization server is away the token at hand is used to its end; after
 * that callers get an error, at once, until a retry is due.
 */
export class CachedToken {
  private held: HeldToken | undefined;
  private failure: Failure | undefined;
  private fetching: Promise<string> | undefined;
  private replaceableFrom = 0;
  /** For what is done in the background: it is no part of the trace of whoever happened to start it. */
  private readonly outsideOfCallers = AsyncLocalStorage.snapshot();

  /** @param request fetches a token, or throws TokenRequestError. */
  constructor(
    private readonly request: () => Promise<AccessToken>,
    private readonly surroundings: Surroundings,
    private readonly report: Report,
  ) {}

  /** @throws TokenRequestError if there is none. */
  async get(): Promise<string> {
    const now = this.surroundings.uptime();
    const { held } = this;
    if (!held || now >= held.expiresAt) return this.fetchOnce();
    if (now >= held.renewAt) {
      // The token at hand is good; that it could not be renewed yet matters only once it ends.
      this.outsideOfCallers(() => this.fetchOnce()).catch(() => undefined);
    }
    return held.value;
  }

  /** Whether the last attempt to fetch a token failed. */
  get failing(): boolean {
    return this.failure !== undefined;
  }

  /** For how many seconds the token at hand is still good; 0 if there is none. */
  get lifetimeLeftSeconds(): number {
    const { expiresAt = 0 } = this.held ?? {};
    return Math.max(0, expiresAt - this.surroundings.uptime()) / 1_000;
  }

  holds(token: string): boolean {
    return this.held?.value === token;
  }

  /**
   * Forgets the token at hand, which an API refused. Only now and then: where the next one is refused as well,
   * the fault is not in the tokens.
   *
   * @returns whether it did.
   */
  drop(): boolean {
    const now = this.surroundings.uptime();
    if (now < this.replaceableFrom) return false;
    this.replaceableFrom = now + REPLACEMENT_PAUSE_MS;
    this.held = undefined;
    return true;
  }

  private async fetchOnce(): Promise<string> {
    if (this.fetching) return this.fetching;
    if (this.failure && this.surroundings.uptime() < this.failure.retryAt) throw this.failure.error;
    this.fetching = this.fetch().finally(() => {
      this.fetching = undefined;
    });
    return this.fetching;
  }

  private async fetch(): Promise<string> {
    // The lifetime counts from before the request, so that a slow answer makes no token last longer.
    const askedAt = this.surroundings.uptime();
    const seconds = () => (this.surroundings.uptime() - askedAt) / 1_000;
    try {
      const { value, lifetimeSeconds } = await this.request();
      if (seconds() >= lifetimeSeconds) throw new TokenRequestError('expired_on_arrival');
      this.held = { value, ...this.moments(askedAt, lifetimeSeconds * 1_000) };
      this.failure = undefined;
      this.report(seconds());
      return value;
    } catch (error) {
      if (!(error instanceof TokenRequestError)) throw error;
      this.failure = this.failureFrom(error);
      this.report(seconds(), error);
      throw error;
    }
  }

  private moments(askedAt: number, lifetime: number) {
    const spread = ((1 - RENEWAL_PART) / 2) * this.surroundings.random();
    return {
      renewAt: askedAt + lifetime * (RENEWAL_PART + spread),
      expiresAt: askedAt + lifetime,
    };
  }

  private failureFrom(error: TokenRequestError): Failure {
    const consecutive = (this.failure?.consecutive ?? 0) + 1;
    // Never before a server asked for it, and not at the moment either for which it asked everybody.
    const wait = error.retryAfterMs + this.backoff(error.transient, consecutive);
    return { error, consecutive, retryAt: this.surroundings.uptime() + wait };
  }

  // Half of the time is fixed and half is random, so that many clients do not come back together.
  private backoff(transient: boolean, consecutive: number): number {
    const full = transient
      ? Math.min(FIRST_BACKOFF_MS * 2 ** (consecutive - 1), LONGEST_BACKOFF_MS)
      : PERMANENT_FAILURE_COOL_DOWN_MS;
    return full / 2 + (full / 2) * this.surroundings.random();
  }
}
