import type { GuardsEvents } from '../guards-events.js';
import {
  AccessTokenVerifier,
  type VerificationRules,
} from '../verification/access-token-verifier.js';
import type { Client } from '../verification/client.js';
import { refuseOtherKinds } from '../verification/other-kinds.js';
import { TokenProfile } from '../verification/token-profile.js';
import { InvalidTokenError } from '../verification/token-refusal.js';
import type { IntrospectionEndpoint, IntrospectionResponse } from './introspection-endpoint.js';
import { RecentAnswers, type Clocks } from './recent-answers.js';

/** Half of what Node accepts as all headers of a request together: no token in use is as long. */
const MOST_CHARACTERS = 8_192;

export interface IntrospectionRules extends VerificationRules {
  /** For how many seconds an answer about a live token is kept: 0 for not at all. */
  readonly cacheSeconds: number;
}

/**
 * Verifies access tokens of any form by asking the authorization server about each, at every request
 * (RFC 7662), or about those that it has not asked about for some seconds. What it says of a token's issuer,
 * audience and times is held to the same rules as a JWT.
 */
export class IntrospectionVerifier extends AccessTokenVerifier {
  override readonly dependency = 'introspection endpoint';

  private readonly profile: TokenProfile;
  private readonly answers: RecentAnswers;

  constructor(
    private readonly rules: IntrospectionRules,
    private readonly endpoint: IntrospectionEndpoint,
    private readonly clocks: Clocks,
    private readonly events: Pick<GuardsEvents, 'onRemembered' | 'onVerified'> = {},
  ) {
    super();
    this.profile = new TokenProfile(rules);
    this.answers = new RecentAnswers(rules.cacheSeconds, clocks);
  }

  override async verify(token: string): Promise<Client> {
    if (token.length > MOST_CHARACTERS) throw new InvalidTokenError('malformed');
    const known = this.answers.recall(token);
    if (!known) return this.answers.ask(token, (unknown) => this.verifyAnew(unknown));
    this.events.onRemembered?.();
    return known;
  }

  override ready(): Promise<void> {
    return this.endpoint.ready();
  }

  private async verifyAnew(token: string): Promise<Client> {
    const startedAt = performance.now();
    try {
      return this.clientIn(await this.endpoint.introspect(token), token);
    } finally {
      this.events.onVerified?.((performance.now() - startedAt) / 1_000);
    }
  }

  private clientIn(response: IntrospectionResponse, token: string): Client {
    const { active, ...claims } = response;
    if (!active) throw new InvalidTokenError('inactive');
    const { iss = this.rules.issuer, nbf = 0 } = claims;
    if (iss !== this.rules.issuer) throw new InvalidTokenError('wrong_issuer');
    // An issuer may well call a refresh token active.
    refuseOtherKinds(claims);
    if (claims['token_type'] === 'refresh_token') throw new InvalidTokenError('wrong_type');
    const client = this.profile.clientOf({ claims, identity: token });
    this.refuseOutsideOfTime(client, nbf);
    return client;
  }

  private refuseOutsideOfTime({ issuedAt, expiresAt }: Client, notBefore: unknown): void {
    const now = this.clocks.now() / 1_000;
    const tolerance = this.rules.clockToleranceSeconds;
    if (now >= expiresAt + tolerance) throw new InvalidTokenError('expired');
    if (typeof notBefore !== 'number') throw new InvalidTokenError('claim_missing_or_invalid');
    if (now < Math.max(issuedAt, notBefore) - tolerance)
      throw new InvalidTokenError('not_yet_valid');
  }
}
