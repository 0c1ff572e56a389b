import { TokenProvider } from '@m2m/client-credentials';
import { Readiness } from '@m2m/service-defaults';
import { Injectable } from '@nestjs/common';

/** Makes readiness depend on having an access token, without which the API cannot be called. */
@Injectable()
export class TokenReadiness {
  constructor(readiness: Readiness, tokens: TokenProvider) {
    readiness.add({ name: 'access token', check: () => tokens.health() });
  }
}
