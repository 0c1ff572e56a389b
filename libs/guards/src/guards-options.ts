import type { GuardsEvents } from './guards-events.js';
import { metadataUrl } from './metadata/protected-resource-metadata.js';

export interface GuardsModuleOptions extends GuardsEvents {
  /** The authorization server's issuer identifier, as in the `iss` of its tokens. */
  readonly issuer: string;
  /** This API's resource identifier, a URL (RFC 8707 2, RFC 9728 1.2). */
  readonly resource: string;
  /** What tokens for this API carry in `aud`, where that is not the resource identifier. */
  readonly audience?: string | undefined;
  /** Where the issuer's keys are, where that is not to be discovered from its metadata. */
  readonly jwksUri?: string | undefined;
  /** The scopes this API knows, for its metadata. */
  readonly scopesSupported?: readonly string[];
  /** The accepted signature algorithms; by default ES256, PS256, EdDSA and RS256. */
  readonly algorithms?: readonly string[];
  /** Seconds by which clocks may differ: 10 by default, 60 at most. */
  readonly clockToleranceSeconds?: number;
}

const ASYMMETRIC_ALGORITHM = /^(ES(256|384|512)|PS(256|384|512)|RS(256|384|512)|EdDSA|Ed25519)$/;

/** The options with their defaults, checked. Also the token by which they are injected. */
export class GuardsOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUri: string | undefined;
  readonly metadataUrl: string;
  readonly scopesSupported: readonly string[];
  readonly algorithms: readonly string[];
  readonly clockToleranceSeconds: number;
  readonly events: GuardsEvents;

  /** @throws RangeError if an option would make the guard unsafe. */
  constructor(options: GuardsModuleOptions) {
    this.issuer = options.issuer;
    this.audience = options.audience ?? options.resource;
    this.jwksUri = options.jwksUri;
    this.metadataUrl = metadataUrl(options.resource);
    this.scopesSupported = options.scopesSupported ?? [];
    this.algorithms = options.algorithms ?? ['ES256', 'PS256', 'EdDSA', 'RS256'];
    this.clockToleranceSeconds = options.clockToleranceSeconds ?? 10;
    this.events = options;
    if (!this.issuer || !this.audience) throw new RangeError('issuer and audience are required');
    if (!this.algorithms.every((name) => ASYMMETRIC_ALGORITHM.test(name))) {
      throw new RangeError('only asymmetric signature algorithms can be accepted');
    }
    if (!(this.clockToleranceSeconds >= 0 && this.clockToleranceSeconds <= 60)) {
      throw new RangeError('the clock tolerance is from 0 to 60 seconds');
    }
  }
}
