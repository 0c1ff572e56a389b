import { InjectTokenProvider, TokenProvider } from '@m2m/client-credentials';
import { Readiness } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';
import { BILLING } from './billing.registration.js';

/** Makes readiness depend on having an access token, without which no order can be read. */
@Injectable()
export class TokenReadiness {
  constructor(readiness: Readiness, @InjectTokenProvider(BILLING) tokens: TokenProvider) {
    readiness.add({ name: 'access token', check: () => tokens.health() });
  }
}
