import { Public } from '@m2m/guards';
import { Controller, Header, HttpCode, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ClientAuthenticator } from '../client-authentication/client.authenticator.js';
import { FormParameters } from '../oauth/form-parameters.js';
import { invalidRequest, unsupportedGrantType } from '../oauth/oauth-error.js';
import { oauthErrorCodeOf } from '../oauth/oauth-error-code.js';
import { ClientCredentialsGrant, type TokenResponse } from './client-credentials.grant.js';
import { TokenMetrics } from './token.metrics.js';
import { traceClient } from './token.trace.js';

/** The token endpoint (RFC 6749 3.2). */
@Public()
@ApiExcludeController()
@Controller('oauth2/token')
export class TokenController {
  constructor(
    private readonly clients: ClientAuthenticator,
    private readonly clientCredentials: ClientCredentialsGrant,
    private readonly metrics: TokenMetrics,
  ) {}

  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  // RFC 6749 5.1: for caches that know no Cache-Control.
  @Header('pragma', 'no-cache')
  async token(@Req() request: FastifyRequest): Promise<TokenResponse> {
    try {
      return await this.grant(request);
    } catch (error) {
      this.metrics.requestRefused(oauthErrorCodeOf(error));
      throw error;
    }
  }

  private async grant(request: FastifyRequest): Promise<TokenResponse> {
    const parameters = FormParameters.parse(request.body, request.headers['content-type']);
    const grantType = parameters.get('grant_type');
    if (grantType === undefined) throw invalidRequest('grant_type is missing');
    if (grantType !== ClientCredentialsGrant.type) throw unsupportedGrantType();
    const client = await this.clients.authenticate(request, parameters);
    traceClient(client, grantType);
    return this.clientCredentials.handle(client, parameters);
  }
}
