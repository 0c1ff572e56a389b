import { Public } from '@m2m/guards';
import type { JsonWebKeySet } from '@m2m/token-issuance';
import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { SigningKeySettings } from './signing-key.settings.js';
import { SigningKeys } from './signing-keys.js';

/** Publishes the keys by which tokens are verified (RFC 7517 5). */
@Public()
@ApiExcludeController()
@Controller('oauth2/jwks')
export class JwksController {
  private readonly cacheControl: string;

  constructor(
    private readonly keys: SigningKeys,
    settings: SigningKeySettings,
  ) {
    this.cacheControl = `public, max-age=${settings.keySetMaxAgeSeconds}`;
  }

  @Get()
  jwks(@Res({ passthrough: true }) reply: FastifyReply): JsonWebKeySet {
    reply.header('cache-control', this.cacheControl);
    return this.keys.keySet;
  }
}
