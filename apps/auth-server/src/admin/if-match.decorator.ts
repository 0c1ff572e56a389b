import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Precondition } from './precondition.js';

/** Injects what the `If-Match` of a request asks for; a 400 if it is malformed. */
export const IfMatch = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Precondition =>
    Precondition.fromIfMatch(
      context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'],
    ),
);
