import { expect } from 'vitest';
import type { Answer } from './http.js';

/** What no answer may show of how it came to be. */
const INTERNALS: readonly RegExp[] = [
  /\n\s+at .+:\d+:\d+/,
  /\bat (async )?[\w.<>]+ \(.+\)/,
  /node_modules|node:internal|\/dist\/|\/src\/|file:\/\//,
  /\.(js|ts|mjs):\d+/,
  /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\s+["\w]/,
  /QueryFailed|TypeORM|PostgreSQL|postgres:\/\/|\bpg_|duplicate key|violates|relation "/i,
  /\b(nest(js)?|fastify|express|node(\.js)?)\/?v?\d/i,
  /\b(TypeError|SyntaxError|RangeError|ReferenceError|FST_ERR\w*|ECONNREFUSED|ZodError)\b/,
];

/** Tokens and keys are random: they may spell anything. */
const RANDOM_TEXT = /[\w-]{40,}/g;

const TELLTALE_HEADERS = ['x-powered-by', 'server', 'via', 'x-aspnet-version'];

// For operators and readers: they name versions and packages on purpose.
const EXEMPT = /\/(metrics|docs)(\/|\?|$)/;

/** Fails if an answer tells internals: stack traces, SQL, paths, versions (checklist O01). */
export function expectNothingLeaks(url: string, { headers, text }: Answer): void {
  for (const name of TELLTALE_HEADERS) {
    expect(headers.get(name), `O01: the header ${name} in the answer of ${url}`).toBeNull();
  }
  if (EXEMPT.test(new URL(url).pathname)) return;
  const readable = text.replace(RANDOM_TEXT, '…');
  for (const pattern of INTERNALS) {
    expect(readable, `O01: internals in the answer of ${url}`).not.toMatch(pattern);
  }
}
