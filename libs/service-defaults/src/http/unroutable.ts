import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { EventLogger } from '../logging/event-logger.js';
import type { Metrics } from '../metrics/metrics.js';
import { describeError } from '../problem-details/describe-error.js';
import { problemDetails } from '../problem-details/problem.js';
import { runInRequestContext } from '../request-context/request-context.js';
import { contextOf } from './request-context.hook.js';
import { recordRequest } from './request-log.hook.js';

/**
 * Answers what the router itself refuses, such as a malformed address. No hook and no filter ever sees
 * these requests, so what those do for all others is done here.
 */
export function answerUnroutable(logger: EventLogger, metrics: Metrics) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
    const context = contextOf(request);
    const { status, ...options } = describeError(error);
    void reply
      .status(status)
      .headers({
        'x-request-id': context.requestId,
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      })
      .type('application/problem+json')
      .send(JSON.stringify(problemDetails(status, options)));
    runInRequestContext(context, () => {
      recordRequest(logger, metrics, request, { route: 'none', status, elapsedMs: 0 });
    });
  };
}
