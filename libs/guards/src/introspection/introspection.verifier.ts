import type { GuardsEvents } from '../guards-events.js';
import {
  AccessTokenVerifier,
  type VerificationRules,
} from '../verification/access-token-verifier.js';
import { clientFrom, type Client } from '../verification/client.js';
import { InvalidTokenError } from '../verification/token-refusal.js';
import type { IntrospectionEndpoint, IntrospectionResponse } from './introspection-endpoint.js';

/** Half of what Node accepts as all headers of a request together: no token in use is as long. */
const MOST_CHARACTERS = 8_192;

/**
 * Verifies access tokens of any form by asking the authorization server about each, at every request
 * (RFC 7662). What it says of a token's issuer, audience and times is held to the same rules as a JWT.
 */
export class IntrospectionVerifier extends AccessTokenVerifier {
  override readonly dependency = 'introspection endpoint';

  /** @param now milliseconds since the epoch. */
  constructor(
    private readonly rules: VerificationRules,
    private readonly endpoint: IntrospectionEndpoint,
    private readonly now: () => number,
    private readonly events: Pick<GuardsEvents, 'onVerified'> = {},
  ) {
    super();
  }

  override async verify(token: string): Promise<Client> {
    if (token.length > MOST_CHARACTERS) throw new InvalidTokenError('malformed');
    const startedAt = performance.now();
    try {
      return this.clientIn(await this.endpoint.introspect(token));
    } finally {
      this.events.onVerified?.((performance.now() - startedAt) / 1_000);
    }
  }

  override ready(): Promise<void> {
    return this.endpoint.ready();
  }

  private clientIn(response: IntrospectionResponse): Client {
    const { active, iss = this.rules.issuer, aud, nbf } = response;
    if (!active) throw new InvalidTokenError('inactive');
    if (iss !== this.rules.issuer) throw new InvalidTokenError('wrong_issuer');
    if (![aud].flat().includes(this.rules.audience)) throw new InvalidTokenError('wrong_audience');
    const client = clientFrom(response);
    this.refuseOutsideOfTime(client, nbf);
    return client;
  }

  private refuseOutsideOfTime({ issuedAt, expiresAt }: Client, notBefore: unknown): void {
    const now = this.now() / 1_000;
    const tolerance = this.rules.clockToleranceSeconds;
    if (now >= expiresAt + tolerance) throw new InvalidTokenError('expired');
    const start = typeof notBefore === 'number' ? Math.max(issuedAt, notBefore) : issuedAt;
    if (now < start - tolerance) throw new InvalidTokenError('not_yet_valid');
  }
}
