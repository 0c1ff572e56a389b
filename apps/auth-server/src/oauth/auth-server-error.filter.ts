import { EventLogger, ProblemDetailsFilter } from '@m2m/service-defaults';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { OAuthErrorFilter } from './oauth-error.filter.js';

/**
 * Answers errors in the form of the protocol they belong to. It goes by the address, since some errors,
 * such as a body over the limit or a method that is not allowed, occur before a controller is chosen.
 */
@Catch()
export class AuthServerErrorFilter implements ExceptionFilter {
  private readonly oauthPath: string;
  private readonly oauth: OAuthErrorFilter;
  private readonly problem: ProblemDetailsFilter;

  constructor(logger: EventLogger, issuer: string) {
    this.oauthPath = new URL(`${issuer}/oauth2/`).pathname;
    this.oauth = new OAuthErrorFilter(logger);
    this.problem = new ProblemDetailsFilter(logger);
  }

  catch(error: unknown, host: ArgumentsHost): void {
    const { url } = host.switchToHttp().getRequest<FastifyRequest>();
    const filter = url.startsWith(this.oauthPath) ? this.oauth : this.problem;
    filter.catch(error, host);
  }
}
