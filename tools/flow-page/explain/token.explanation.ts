import type { Explanation, Field } from '../flow/run.ts';
import { textOf } from '../otlp/span.ts';
import type { Span } from '../otlp/span.ts';
import { meaningOfScope } from './scopes.ts';
import { CLAIM_MEANINGS, HEADER_MEANINGS } from './token-fields.ts';
import type { Meanings } from './token-fields.ts';

const HEADER = 'oauth.token.header.';
const CLAIM = 'oauth.token.claim.';
/** Claims that are times, in seconds since the epoch (RFC 7519 2, NumericDate). */
const TIMES: ReadonlySet<string> = new Set(['iat', 'exp', 'nbf']);

/** A token, field by field, as far as the span tells of it. */
export function tokenExplanations(span: Span): Explanation[] {
  const header = fieldsOf(span, HEADER, HEADER_MEANINGS);
  const claims = fieldsOf(span, CLAIM, CLAIM_MEANINGS);
  const scope = textOf(span, `${CLAIM}scope`);
  return [
    { title: 'The token’s header', source: 'RFC 9068, 2.1', fields: header },
    { title: 'The token’s claims', source: 'RFC 9068, 2.2', fields: claims },
    { title: 'Its scopes', source: 'RFC 6749, 3.3', fields: scopeFields(scope) },
  ].filter(({ fields }) => fields.length > 0);
}

/** The seconds between a token's issue and its end; undefined if the span tells of none. */
export function lifetimeOf({ attributes }: Span): number | undefined {
  const { [`${CLAIM}iat`]: issuedAt, [`${CLAIM}exp`]: end } = attributes;
  return typeof issuedAt === 'number' && typeof end === 'number' ? end - issuedAt : undefined;
}

function fieldsOf({ attributes }: Span, prefix: string, meanings: Meanings): Field[] {
  return Object.entries(attributes)
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, value]) => {
      const field = name.slice(prefix.length);
      const [meaning, source] = meanings[field] ?? [];
      return {
        name: field,
        value: TIMES.has(field) ? `${String(value)} = ${timeOf(Number(value))}` : String(value),
        ...(meaning !== undefined && { meaning }),
        ...(source !== undefined && { source }),
      };
    });
}

function scopeFields(scope: string | undefined): Field[] {
  if (scope === undefined || scope === '') return [];
  return scope.split(' ').map((name) => ({ name, value: meaningOfScope(name) }));
}

function timeOf(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().replace('T', ' ').replace('.000Z', ' UTC');
}
