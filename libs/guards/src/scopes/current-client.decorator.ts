import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Client } from '../verification/client.js';
import { clientOf } from './client-of-request.js';

/**
 * Injects the {@link Client} whose verified token came with the request.
 *
 * @throws Error on a route that is `@Public()`: no token is looked at there, not even if one comes.
 */
export const CurrentClient = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Client => {
    const client = clientOf(context.switchToHttp().getRequest());
    if (client) return client;
    const handler = `${context.getClass().name}.${context.getHandler().name}`;
    throw new Error(`${handler} has no client: a route that is @Public() cannot ask for one`);
  },
);
