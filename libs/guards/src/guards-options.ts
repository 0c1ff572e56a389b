import type { JSONWebKeySet } from 'jose';
import type { GuardsEvents } from './guards-events.js';
import type { IntrospectionClient } from './introspection/introspection-endpoint.js';
import { faultOfResource, metadataUrl } from './metadata/protected-resource-metadata.js';
import type { RevocationFeedClient } from './revocation-feed/revocation-feed.js';
import type { Client } from './verification/client.js';
import type { Compatibility } from './verification/compatibility.js';

/** Tells whether a token that is good in itself has been revoked. */
export type RevocationCheck = (client: Client) => Promise<boolean>;

/** What is protected, and whose tokens are accepted. */
export interface ResourceServerOptions extends GuardsEvents {
  /** The authorization server's issuer identifier, as in the `iss` of its tokens. */
  readonly issuer: string;
  /** What tokens for this API carry in `aud`, where that is not the resource identifier. */
  readonly audience?: string | undefined;
  /** The scopes this API knows, for its metadata. */
  readonly scopesSupported?: readonly string[];
  /** Seconds by which clocks may differ: 10 by default, 60 at most. */
  readonly clockToleranceSeconds?: number;
  /**
   * The ways in which tokens may differ from RFC 9068, none by default: each makes the guard less strict. What
   * an issuer needs is in `docs/issuers.md`.
   */
  readonly compatibility?: readonly Compatibility[];
}

/** How access tokens are verified: by keys that are fetched, by keys at hand, or by asking about each. */
export type VerificationOptions = FetchedKeysOptions | GivenKeysOptions | IntrospectionOptions;

/** Access tokens are JWTs. */
interface JwtOptions {
  /** The accepted signature algorithms; by default ES256, PS256, EdDSA, Ed25519 and RS256. */
  readonly algorithms?: readonly string[];
  /**
   * Asked at every request, once the token is known to be good in itself: it is on the way of every call.
   * What it throws is answered as any other error of the application.
   */
  readonly isRevoked?: RevocationCheck | undefined;
  readonly introspection?: undefined;
}

/** The default: the keys are fetched from the issuer, and kept for as long as it says. */
interface FetchedKeysOptions extends JwtOptions {
  /** Where the issuer's keys are, where that is not to be discovered from its metadata. */
  readonly jwksUri?: string | undefined;
  /**
   * What is revoked is fetched every few seconds, from an authorization server that has a feed of it. While
   * it cannot be fetched all calls are refused by 503, after a minute.
   */
  readonly revocationFeed?: RevocationFeedClient | undefined;
  readonly keys?: undefined;
}

/** The keys are in the same process: for an authorization server's own APIs. */
interface GivenKeysOptions extends JwtOptions {
  /**
   * Gives the issuer's public keys as they are now: the same object for as long as they do not change, and
   * another once one is added or withdrawn.
   */
  readonly keys: () => JSONWebKeySet;
  readonly jwksUri?: undefined;
  readonly revocationFeed?: undefined;
}

/** Access tokens are of any form, and the issuer is asked about each (RFC 7662). */
interface IntrospectionOptions {
  readonly introspection: IntrospectionClient;
  readonly algorithms?: undefined;
  readonly isRevoked?: undefined;
  readonly revocationFeed?: undefined;
  readonly jwksUri?: undefined;
  readonly keys?: undefined;
}

/** All options but the resource identifier. */
export type GuardsModuleSettings = ResourceServerOptions & VerificationOptions;

export type GuardsModuleOptions = GuardsModuleSettings & {
  /** This API's resource identifier, a URL (RFC 8707 2, RFC 9728 1.2). */
  readonly resource: string;
};

const ASYMMETRIC_ALGORITHM = /^(ES(256|384|512)|PS(256|384|512)|RS(256|384|512)|EdDSA|Ed25519)$/;

/** The options with their defaults, checked. Also the token by which they are injected. */
export class GuardsOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string | undefined;
  readonly keys: (() => JSONWebKeySet) | undefined;
  readonly introspection: IntrospectionClient | undefined;
  readonly cacheSeconds: number;
  readonly isRevoked: RevocationCheck | undefined;
  readonly revocationFeed: RevocationFeedClient | undefined;
  readonly metadataUrl: string;
  readonly scopesSupported: readonly string[];
  readonly algorithms: readonly string[];
  readonly clockToleranceSeconds: number;
  readonly compatibility: readonly Compatibility[];
  readonly events: GuardsEvents;

  /** @throws RangeError if an option would make the guard unsafe. */
  constructor(options: GuardsModuleOptions) {
    const fault = faultOfResource(options.resource);
    if (fault !== undefined) throw new RangeError(`the resource identifier ${fault}`);
    this.issuer = options.issuer;
    this.audience = options.audience ?? options.resource;
    this.jwksUri = options.jwksUri;
    this.keys = options.keys;
    this.introspection = options.introspection;
    this.cacheSeconds = options.introspection?.cacheSeconds ?? 0;
    this.isRevoked = options.isRevoked;
    this.revocationFeed = options.revocationFeed;
    this.metadataUrl = metadataUrl(options.resource);
    this.scopesSupported = options.scopesSupported ?? [];
    this.algorithms = options.algorithms ?? ['ES256', 'PS256', 'EdDSA', 'Ed25519', 'RS256'];
    this.clockToleranceSeconds = options.clockToleranceSeconds ?? 10;
    this.compatibility = options.compatibility ?? [];
    this.events = options;
    if (!this.issuer || !this.audience) throw new RangeError('issuer and audience are required');
    if (!this.algorithms.every((name) => ASYMMETRIC_ALGORITHM.test(name))) {
      throw new RangeError('only asymmetric signature algorithms can be accepted');
    }
    if (!(this.clockToleranceSeconds >= 0 && this.clockToleranceSeconds <= 60)) {
      throw new RangeError('the clock tolerance is from 0 to 60 seconds');
    }
    if (!(this.cacheSeconds >= 0 && this.cacheSeconds <= 60)) {
      throw new RangeError('answers of the introspection endpoint are kept from 0 to 60 seconds');
    }
    const { pollSeconds = 1 } = this.revocationFeed ?? {};
    if (!(pollSeconds >= 1 && pollSeconds <= 30)) {
      throw new RangeError('what is revoked is fetched every 1 to 30 seconds');
    }
  }
}
