import { AsyncLocalStorage } from 'node:async_hooks';
import type { TokenEndpoint } from './token-endpoint.js';
import { TokenRequestError } from './token-request-error.js';

export interface TokenProviderOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** From 0 up to 1, as `Math.random`. */
  readonly random: () => number;
}

/** How token requests have ended so far, for metrics. */
export interface TokenRequestCounts {
  readonly success: number;
  /** Those that may go well the next time. */
  readonly transientFailure: number;
  /** Those that will not until somebody changes a secret, a registration or a configuration. */
  readonly permanentFailure: number;
}

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

/**
 * Keeps one client's access token for one API: fetched once for however many callers, renewed in the
 * background before it ends, and never handed out after. While the authorization server is away the
 * token at hand is used to its end; after that callers get an error, at once, until a retry is due.
 */
export class TokenProvider {
  private held: HeldToken | undefined;
  private failure: Failure | undefined;
  private fetching: Promise<string> | undefined;
  /** For what is done in the background: it is no part of the trace of whoever happened to start it. */
  private readonly outsideOfCallers = AsyncLocalStorage.snapshot();
  private readonly counts = { success: 0, transientFailure: 0, permanentFailure: 0 };

  constructor(
    private readonly endpoint: TokenEndpoint,
    private readonly options: TokenProviderOptions,
  ) {}

  /**
   * The token to send with the next request.
   *
   * @throws TokenRequestError if there is none. `transient` tells whether trying again later can help.
   */
  async getToken(): Promise<string> {
    const now = this.options.now();
    const { held } = this;
    if (!held || now >= held.expiresAt) return this.fetchOnce();
    if (now >= held.renewAt) {
      // The token at hand is good; that it could not be renewed yet matters only once it ends.
      this.outsideOfCallers(() => this.fetchOnce()).catch(() => undefined);
    }
    return held.value;
  }

  get requestCounts(): TokenRequestCounts {
    return this.counts;
  }

  /** For how many seconds the token at hand is still good; 0 if there is none. */
  get lifetimeLeftSeconds(): number {
    const { expiresAt = 0 } = this.held ?? {};
    return Math.max(0, expiresAt - this.options.now()) / 1_000;
  }

  /** Forgets a token that an API refused, unless another caller has replaced it already. */
  drop(token: string): void {
    if (this.held?.value === token) this.held = undefined;
  }

  private async fetchOnce(): Promise<string> {
    if (this.fetching) return this.fetching;
    if (this.failure && this.options.now() < this.failure.retryAt) throw this.failure.error;
    this.fetching = this.fetch().finally(() => {
      this.fetching = undefined;
    });
    return this.fetching;
  }

  private async fetch(): Promise<string> {
    // The lifetime counts from before the request, so that a slow answer makes no token last longer.
    const askedAt = this.options.now();
    try {
      const { value, lifetimeSeconds } = await this.endpoint.requestToken();
      const lifetime = lifetimeSeconds * 1_000;
      const spread = ((1 - RENEWAL_PART) / 2) * this.options.random();
      this.held = {
        value,
        renewAt: askedAt + lifetime * (RENEWAL_PART + spread),
        expiresAt: askedAt + lifetime,
      };
      this.failure = undefined;
      this.counts.success += 1;
      return value;
    } catch (error) {
      this.failure = this.failureFrom(error);
      this.counts[this.failure.error.transient ? 'transientFailure' : 'permanentFailure'] += 1;
      throw this.failure.error;
    }
  }

  private failureFrom(cause: unknown): Failure {
    const error =
      cause instanceof TokenRequestError
        ? cause
        : new TokenRequestError('unexpected', true, undefined, { cause });
    const consecutive = (this.failure?.consecutive ?? 0) + 1;
    const wait = error.retryAfterMs ?? this.backoff(error.transient, consecutive);
    return { error, consecutive, retryAt: this.options.now() + wait };
  }

  // Half of the time is fixed and half is random, so that many clients do not come back together.
  private backoff(transient: boolean, consecutive: number): number {
    const full = transient
      ? Math.min(FIRST_BACKOFF_MS * 2 ** (consecutive - 1), LONGEST_BACKOFF_MS)
      : PERMANENT_FAILURE_COOL_DOWN_MS;
    return full / 2 + (full / 2) * this.options.random();
  }
}
