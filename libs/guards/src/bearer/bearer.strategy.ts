import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-http-bearer';
import type { AccessTokenVerifier } from '../verification/access-token-verifier.js';
import type { Client } from '../verification/client.js';

/** A name of our own in Passport's registry, which is one for the whole process. */
export const BEARER_STRATEGY = 'm2m-bearer';

/** What the guard hands over with each request. */
export interface StrategyOptions {
  readonly verifier: AccessTokenVerifier;
  /** As it stands in the header. */
  readonly token: string;
  /** Of the request, to keep the client in. */
  readonly property: 'user';
}

interface StrategyRequest {
  readonly headers: { readonly authorization: string };
  readonly verifier: AccessTokenVerifier;
}

// The strategy's types ask for a whole Express request, of which it reads the headers, body and query.
type ExpressRequest = Parameters<InstanceType<typeof Strategy>['authenticate']>[0];

/**
 * Passport's bearer strategy, fed with nothing but the token that the guard has found in the header. It keeps
 * no state, since two guarded applications in one process share it.
 */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy, BEARER_STRATEGY) {
  constructor() {
    super({ passReqToCallback: true });
  }

  // The strategy itself would also take a token from the query and the body, which RFC 9700 4.3.2 forbids.
  override authenticate(_request: unknown, { verifier, token }: StrategyOptions): void {
    const headerOnly: StrategyRequest = { headers: { authorization: `Bearer ${token}` }, verifier };
    super.authenticate(headerOnly as unknown as ExpressRequest);
  }

  validate({ verifier }: StrategyRequest, token: string): Promise<Client> {
    return verifier.verify(token);
  }
}
