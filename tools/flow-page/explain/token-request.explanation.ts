import type { Explanation, Field } from '../flow/run.ts';
import { textOf } from '../otlp/span.ts';
import type { Span } from '../otlp/span.ts';
import { lifetimeOf, tokenExplanations } from './token.explanation.ts';

const AUTHENTICATION: Readonly<Record<string, readonly [meaning: string, source: string]>> = {
  client_secret_basic: [
    'the client’s identifier and secret, in the Authorization header',
    'RFC 6749, 2.3.1',
  ],
  client_secret_post: ['the client’s identifier and secret, in the body', 'RFC 6749, 2.3.1'],
  private_key_jwt: ['an assertion that the client has signed with its own key', 'RFC 7523, 2.2'],
};

/** A token request, as the auth-server's span tells of it: who asked, for what, and what it got. */
export function explainTokenRequest(span: Span): Explanation[] {
  const asked = requestFields(span);
  const issued = lifetimeOf(span) === undefined ? [] : [answer(span)];
  return [
    ...(asked.length > 0
      ? [{ title: 'What was asked for', source: 'RFC 6749, 4.4.2', fields: asked }]
      : []),
    ...issued,
    ...tokenExplanations(span),
  ];
}

function requestFields(span: Span): Field[] {
  const method = textOf(span, 'oauth.client.auth_method');
  const [meaning, source] = AUTHENTICATION[method ?? ''] ?? [];
  return [
    ...field('client_id', textOf(span, 'oauth.client.id'), 'who asks', 'RFC 6749, 2.2'),
    ...field('authenticated by', method, meaning, source),
    ...field('grant_type', textOf(span, 'oauth.grant_type'), 'for itself', 'RFC 6749, 4.4'),
    ...field('scope', textOf(span, 'oauth.request.scope'), 'what for', 'RFC 6749, 3.3'),
    ...field('resource', textOf(span, 'oauth.request.resource'), 'where', 'RFC 8707, 2'),
  ];
}

function answer(span: Span): Explanation {
  return {
    title: 'What came back',
    source: 'RFC 6749, 5.1',
    fields: [
      ...field('access_token', '<header>.<claims>.<signature>', 'no service exports it'),
      ...field('token_type', 'Bearer', 'good for whoever has it', 'RFC 6750, 1.2'),
      ...field('expires_in', String(lifetimeOf(span)), 'seconds'),
      ...field('scope', textOf(span, 'oauth.token.claim.scope'), 'what was granted'),
    ],
  };
}

function field(name: string, value?: string, meaning?: string, source?: string): Field[] {
  if (value === undefined || value === '') return [];
  return [
    {
      name,
      value,
      ...(meaning !== undefined && { meaning }),
      ...(source !== undefined && { source }),
    },
  ];
}
