import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { EventLogger } from '../logging/event-logger.js';
import { describeError } from './describe-error.js';
import { problemDetails } from './problem.js';

/** Answers every error as `application/problem+json` (RFC 9457). */
@Catch()
export class ProblemDetailsFilter implements ExceptionFilter {
  constructor(private readonly logger: EventLogger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { status, headers, unexpected, ...options } = describeError(error);
    if (unexpected) logUnexpected(this.logger, error);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply
      .status(status)
      .headers({ 'cache-control': 'no-store', ...headers })
      .type('application/problem+json')
      .send(JSON.stringify(problemDetails(status, options)));
  }
}

/** Logs an error nobody foresaw, with its stack: the log is the only place that sees it. */
export function logUnexpected(logger: EventLogger, error: unknown): void {
  const stack = error instanceof Error ? error.stack : undefined;
  logger.error('unexpected_error', String(error), { stack });
}
