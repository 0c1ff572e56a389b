import { RequireScopes } from '@m2m/guards';
import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';

/** Marks the operation of a route as the change of something that has versions. */
export const VersionedChange = (): MethodDecorator =>
  applyDecorators(
    RequireScopes('clients:write'),
    ApiHeader({
      name: 'If-Match',
      required: false,
      description: 'The ETag that was read: makes sure that nobody has changed it meanwhile',
      schema: { type: 'string' },
    }),
    ApiResponse({ status: 400, description: 'The input is invalid' }),
    ApiResponse({ status: 404, description: 'It is not there' }),
    ApiResponse({ status: 412, description: 'It has been changed meanwhile' }),
  );
