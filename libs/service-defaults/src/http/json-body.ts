import type { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { safeParse } from 'secure-json-parse';
import { Problem } from '../problem-details/problem.js';

const JSON_MEDIA_TYPE = /^application\/(json|[\w.+-]+\+json)\s*(;|$)/i;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** The bytes of a body that is said to be JSON, before anybody has looked at them. */
class JsonBytes {
  constructor(readonly bytes: Buffer) {}
}

/** Keeps every body as bytes, and no more of them than the limit: parsing belongs behind the guards. */
export function keepBodiesUnparsed(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  const parseAs = 'buffer';
  server.addContentTypeParser(JSON_MEDIA_TYPE, { parseAs }, (_request, body: Buffer, done) => {
    done(null, new JsonBytes(body));
  });
  // Forms fall under all others, but Fastify looks at those anew in each request, and at a named type once.
  for (const mediaType of ['application/x-www-form-urlencoded', '*']) {
    server.addContentTypeParser(mediaType, { parseAs }, (_request, body, done) => {
      done(null, body);
    });
  }
}

/**
 * Parses the body for a handler that takes it as `@Body()`. It is a pipe because those run after the guards:
 * whoever has no valid token is told just that, and learns nothing from what a parser says about the body.
 */
export class JsonBodyPipe implements PipeTransform {
  transform(value: unknown, { type }: ArgumentMetadata): unknown {
    if (type !== 'body') return value;
    if (value instanceof JsonBytes) return parseJson(value.bytes);
    if (!Buffer.isBuffer(value) || value.length === 0) return undefined;
    throw new Problem(415, { detail: 'The body must be application/json.' });
  }
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
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
