import { HttpException } from '@nestjs/common';
import { isDatabaseUnavailable } from '../database/database-errors.js';
import { Problem, type ProblemOptions } from './problem.js';

/** How an error is answered. */
export interface ErrorDescription extends ProblemOptions {
  readonly status: number;
  /** Whether the fault is ours, so that someone has to look at it. */
  readonly unexpected: boolean;
}

const DETAILS: Readonly<Record<number, string>> = {
  400: 'The request is malformed.',
  404: 'There is nothing at this address.',
  413: 'The body is too large.',
  414: 'The address is too long.',
  415: 'The media type of the body is not supported.',
  431: 'The header fields are too large.',
  503: 'The service cannot do this right now. Try again shortly.',
};

/**
 * Decides how any error that reaches the edge of a service is answered. Only the text of our own
 * {@link Problem}s is passed on; what libraries put into their messages may echo input or internals.
 */
export function describeError(error: unknown): ErrorDescription {
  if (error instanceof Problem) {
    return { ...error.members, status: error.getStatus(), unexpected: error.getStatus() >= 500 };
  }
  if (isDatabaseUnavailable(error)) {
    return {
      status: 503,
      code: 'database_unavailable',
      detail: 'The service cannot reach its database. Try again shortly.',
      headers: { 'retry-after': '5' },
      unexpected: false,
    };
  }
  const status = expectedStatus(error);
  if (status === undefined) {
    return { status: 500, detail: 'The service failed to answer.', unexpected: true };
  }
  const detail = DETAILS[status];
  return { status, unexpected: status === 500, ...(detail !== undefined && { detail }) };
}

/** The status of an error that somebody has foreseen; undefined for one that nobody has. */
function expectedStatus(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  // Fastify's own errors are no HttpExceptions but carry the status of the answer.
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
