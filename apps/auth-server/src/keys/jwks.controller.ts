import { jsonWebKeySet, type JsonWebKeySet } from '@m2m/token-issuance';
import { Controller, Get, Header } from '@nestjs/common';
import { SigningKeys } from './signing-keys.js';

/** Publishes the keys by which access tokens are verified (RFC 7517 5). */
@Controller('oauth2/jwks')
export class JwksController {
  constructor(private readonly keys: SigningKeys) {}

  @Get()
  @Header('cache-control', 'public, max-age=300')
  jwks(): JsonWebKeySet {
    return jsonWebKeySet(this.keys.published);
  }
}
