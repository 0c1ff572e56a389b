import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { safeParse } from 'secure-json-parse';
import { Problem } from '../problem-details/problem.js';

const JSON_MEDIA_TYPE = /^application\/(json|[\w.+-]+\+json)\s*(;|$)/i;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Parses JSON bodies. It is an interceptor because those run after the guards: whoever has no valid token
 * is told just that, and learns nothing from what a parser says about the body.
 */
export class JsonBodyInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (Buffer.isBuffer(request.body)) {
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
