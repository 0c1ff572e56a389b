import { Problem } from '@m2m/service-defaults';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

const VISIBLE_ASCII = /^[\x21-\x7e]{1,255}$/;

/** Injects the `Idempotency-Key` of a request (draft-ietf-httpapi-idempotency-key-header); a 400 without one. */
export const IdempotencyKey = createParamDecorator(
  (_data: unknown, context: ExecutionContext): string => {
    const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
    const key = headers['idempotency-key'];
    if (typeof key === 'string' && VISIBLE_ASCII.test(key)) return key;
    throw new Problem(400, {
      code: 'invalid_input',
      detail: 'This operation needs an Idempotency-Key.',
      errors: [{ field: 'Idempotency-Key', detail: 'must have 1 to 255 visible ASCII characters' }],
    });
  },
);
