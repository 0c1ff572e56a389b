import {
  SetMetadata,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { safeParse } from 'secure-json-parse';
import { Problem } from '../problem-details/problem.js';

const UNPARSED_BODY = 'service-defaults:unparsed-body';

/** Leaves a route's body as bytes, for a handler that takes something else than JSON. */
export const UnparsedBody = (): MethodDecorator => SetMetadata(UNPARSED_BODY, true);

const JSON_MEDIA_TYPE = /^application\/(json|[\w.+-]+\+json)\s*(;|$)/i;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses JSON bodies. It is an interceptor because those run after the guards: whoever has no valid token
 * is told just that, and learns nothing from what a parser says about the body.
 */
export class JsonBodyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const unparsed: unknown = Reflect.getMetadata(UNPARSED_BODY, context.getHandler());
    if (Buffer.isBuffer(request.body) && !unparsed) {
      request.body = parseJson(request.body, request.headers['content-type']);
    }
    return next.handle();
  }
}

function parseJson(body: Buffer, mediaType: string | undefined): unknown {
  if (body.length === 0) return undefined;
  if (!JSON_MEDIA_TYPE.test(mediaType ?? '')) {
    throw new Problem(415, { detail: 'The body must be application/json.' });
  }
  const value: unknown = safeParse(decode(body));
  // secure-json-parse answers null for a body with a __proto__ member and undefined for broken JSON.
  if (value === undefined || value === null) {
    throw new Problem(400, { code: 'malformed_json', detail: 'The body is not acceptable JSON.' });
  }
  return value;
}

function decode(body: Buffer): string {
  try {
    return UTF8.decode(body);
  } catch {
    throw new Problem(400, { code: 'malformed_json', detail: 'The body is not UTF-8.' });
  }
}
