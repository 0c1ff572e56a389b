import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-http-bearer';
import { AccessTokenVerifier } from '../verification/access-token-verifier.js';
import type { Client } from '../verification/client.js';
import { bearerCredentials, type RequestHead } from './bearer-credentials.js';

// The strategy's types ask for a whole Express request, of which it reads the headers, body and query.
type StrategyRequest = Parameters<InstanceType<typeof Strategy>['authenticate']>[0];

/** Passport's bearer strategy, fed with nothing but the token from the header. */
@Injectable()
export class BearerStrategy extends PassportStrategy(Strategy) {
  constructor(private readonly verifier: AccessTokenVerifier) {
    super();
  }

  // The strategy itself would also take a token from the query and the body, which RFC 9700 4.3.2 forbids.
  override authenticate(request: RequestHead): void {
    const credentials = bearerCredentials(request);
    const authorization = credentials.kind === 'token' ? `Bearer ${credentials.token}` : undefined;
    const headerOnly: unknown = { headers: { authorization } };
    super.authenticate(headerOnly as StrategyRequest);
  }

  validate(token: string): Promise<Client> {
    return this.verifier.verify(token);
  }
}
