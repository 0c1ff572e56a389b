import { Public } from '@m2m/guards';
import { Metrics, type BoundedCounter } from '@m2m/service-defaults';
import { Controller, Header, HttpCode, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ClientAuthenticator } from '../client-authentication/client.authenticator.js';
import { FormParameters } from '../oauth/form-parameters.js';
import { invalidRequest } from '../oauth/oauth-error.js';
import { TokenRevocation } from './token-revocation.js';

const results = ['revoked', 'nothing_to_revoke', 'refused'] as const;

/** The revocation endpoint (RFC 7009 2). */
@Public()
@ApiExcludeController()
@Controller('oauth2/revoke')
export class RevocationController {
  private readonly revocations: BoundedCounter<(typeof results)[number]>;

  constructor(
    private readonly clients: ClientAuthenticator,
    private readonly revocation: TokenRevocation,
    metrics: Metrics,
  ) {
    this.revocations = metrics.counterBy({
      name: 'oauth_token_revocations_total',
      help: 'Revocation requests, by result.',
      label: 'result',
      values: results,
    });
  }

  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async revoke(@Req() request: FastifyRequest): Promise<void> {
    try {
      const revoked = await this.revoked(request);
      this.revocations.inc(revoked ? 'revoked' : 'nothing_to_revoke');
    } catch (error) {
      this.revocations.inc('refused');
      throw error;
    }
  }

  private async revoked(request: FastifyRequest): Promise<boolean> {
    const parameters = FormParameters.parse(request.body, request.headers['content-type']);
    const client = await this.clients.authenticate(request, parameters);
    const token = parameters.get('token');
    if (token === undefined) throw invalidRequest('token is missing');
    // RFC 7009 2.1 lets token_type_hint be ignored: there is one type of token here.
    return this.revocation.revoke(client, token);
  }
}
