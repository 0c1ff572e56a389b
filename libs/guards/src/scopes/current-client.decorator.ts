import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Client } from '../verification/client.js';

/** Injects the {@link Client} whose verified token came with the request. */
export const CurrentClient = createParamDecorator(
  (_data: unknown, context: ExecutionContext): Client =>
    context.switchToHttp().getRequest<{ user: Client }>().user,
);
