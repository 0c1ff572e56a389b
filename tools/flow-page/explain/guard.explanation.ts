import type { Explanation, Field } from '../flow/run.ts';
import { textOf } from '../otlp/span.ts';
import type { Span } from '../otlp/span.ts';
import { tokenExplanations } from './token.explanation.ts';

/** What the guard of a call has found, as the called one's span tells; nothing where no guard stood. */
export function explainGuard(span: Span): Explanation[] {
  const outcome = textOf(span, 'oauth.access.outcome');
  if (outcome === undefined) return [];
  const fields = outcome === 'accepted' ? checks(span) : refusal(span, outcome);
  const guard = { title: 'What the guard checked', source: 'RFC 9068, 4', fields };
  return [guard, ...tokenExplanations(span).filter(({ title }) => title.includes('claims'))];
}

function checks(span: Span): Field[] {
  const claim = (name: string) => textOf(span, `oauth.token.claim.${name}`) ?? '';
  return [
    {
      name: '✓ signature',
      value: howVerified(span),
      meaning: 'by a published key of the issuer, without asking it',
      source: 'RFC 9068, 4',
    },
    { name: '✓ typ', value: 'at+jwt', meaning: 'no other kind of JWT', source: 'RFC 9068, 4' },
    { name: '✓ iss', value: claim('iss'), meaning: 'whom this API trusts', source: 'RFC 9068, 4' },
    { name: '✓ aud', value: claim('aud'), meaning: 'this API', source: 'RFC 9068, 4' },
    { name: '✓ exp', value: claim('exp'), meaning: 'not yet reached', source: 'RFC 9068, 4' },
    {
      name: '✓ scope',
      value: textOf(span, 'oauth.access.needed_scope') || 'none is needed',
      meaning: 'what this route needs, and the token has',
      source: 'RFC 6750, 3.1',
    },
  ];
}

function howVerified(span: Span): string {
  return textOf(span, 'oauth.access.token') === 'remembered'
    ? 'remembered from an earlier call'
    : 'verified';
}

function refusal(span: Span, reason: string): Field[] {
  const needed = textOf(span, 'oauth.access.needed_scope');
  return [
    {
      name: '✗ refused',
      value: reason,
      meaning: 'the reason; the caller is not told all of it',
      source: 'RFC 6750, 3.1',
    },
    ...(needed ? [{ name: 'scope', value: needed, meaning: 'what this route needs' }] : []),
  ];
}
