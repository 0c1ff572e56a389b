import { Public } from '@m2m/guards';
import { Metrics, type BoundedCounter } from '@m2m/service-defaults';
import { Controller, Header, HttpCode, Post, Req } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ClientAuthenticator } from '../client-authentication/client.authenticator.js';
import { FormParameters } from '../oauth/form-parameters.js';
import { notAResourceServer, OAuthError } from '../oauth/oauth-error.js';
import { RevocationFeed, type RevocationList } from './revocation-feed.js';

const results = ['answered', 'too_many', 'refused'] as const;

/**
 * The revocation feed, of no standard (see decision record 0027): clients that act for a resource server are
 * told all that is revoked of its tokens.
 */
@Public()
@ApiExcludeController()
@Controller('oauth2/revocations')
export class RevocationFeedController {
  private readonly requests: BoundedCounter<(typeof results)[number]>;

  constructor(
    private readonly clients: ClientAuthenticator,
    private readonly feed: RevocationFeed,
    metrics: Metrics,
  ) {
    this.requests = metrics.counterBy({
      name: 'oauth_revocation_feed_requests_total',
      help: 'Requests for all that is revoked, by result.',
      label: 'result',
      values: results,
    });
  }

  @Post()
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async list(@Req() request: FastifyRequest): Promise<RevocationList> {
    const list = await this.listed(request);
    this.requests.inc(list ? 'answered' : 'too_many');
    if (!list) throw tooManyRevocations();
    return list;
  }

  private async listed(request: FastifyRequest): Promise<RevocationList | undefined> {
    try {
      const parameters = FormParameters.parse(request.body, request.headers['content-type']);
      const { resourceServers } = await this.clients.authenticate(request, parameters);
      // An empty list would be taken for the news that nothing is revoked.
      if (resourceServers.length === 0) throw notAResourceServer();
      return await this.feed.list(resourceServers);
    } catch (error) {
      this.requests.inc('refused');
      throw error;
    }
  }
}

/** A part of the list would let through what is revoked. */
const tooManyRevocations = () =>
  new OAuthError(503, 'temporarily_unavailable', 'More is revoked than a list can hold', {
    'retry-after': '60',
  });
