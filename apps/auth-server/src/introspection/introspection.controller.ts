import { Public } from '@m2m/guards';
import { Metrics, type BoundedCounter } from '@m2m/service-defaults';
import { Controller, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClientAuthenticator } from '../client-authentication/client.authenticator.js';
import type { RegisteredClient } from '../clients/registered-client.js';
import { FormParameters } from '../oauth/form-parameters.js';
import { invalidRequest } from '../oauth/oauth-error.js';
import { SIGNED_RESPONSE, wantsSignedResponse } from './introspection-media-type.js';
import { IntrospectionResponseSigner } from './introspection-response.signer.js';
import { TokenIntrospection, type IntrospectionResponse } from './token-introspection.js';

const results = ['active', 'inactive', 'refused'] as const;

interface Introspected {
  readonly caller: RegisteredClient;
  readonly response: IntrospectionResponse;
}

/** The introspection endpoint (RFC 7662 2). */
@Public()
@ApiExcludeController()
@Controller('oauth2/introspect')
export class IntrospectionController {
  private readonly introspections: BoundedCounter<(typeof results)[number]>;

  constructor(
    private readonly clients: ClientAuthenticator,
    private readonly introspection: TokenIntrospection,
    private readonly signer: IntrospectionResponseSigner,
    metrics: Metrics,
  ) {
    this.introspections = metrics.counterBy({
      name: 'oauth_token_introspections_total',
      help: 'Introspection requests, by result.',
      label: 'result',
      values: results,
    });
  }

  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async introspect(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<IntrospectionResponse | string> {
    const { caller, response } = await this.counted(this.introspected(request));
    if (!wantsSignedResponse(request.raw)) return response;
    const signed = this.signer.sign(caller, response);
    reply.type(SIGNED_RESPONSE);
    return signed;
  }

  private async introspected(request: FastifyRequest): Promise<Introspected> {
    const parameters = FormParameters.parse(request.body, request.headers['content-type']);
    const caller = await this.clients.authenticate(request, parameters);
    const token = parameters.get('token');
    if (token === undefined) throw invalidRequest('token is missing');
    // RFC 7662 2.1 lets token_type_hint be ignored: there is one type of token here.
    return { caller, response: await this.introspection.introspect(caller, token) };
  }

  private async counted(introspected: Promise<Introspected>): Promise<Introspected> {
    try {
      const done = await introspected;
      this.introspections.inc(done.response.active ? 'active' : 'inactive');
      return done;
    } catch (error) {
      this.introspections.inc('refused');
      throw error;
    }
  }
}
