import type { Explanation } from '../flow/run.ts';
import { textOf } from '../otlp/span.ts';
import type { Span } from '../otlp/span.ts';
import { explainQueries } from './database.explanation.ts';
import { explainDocument } from './document.explanation.ts';
import { explainGuard } from './guard.explanation.ts';
import { durationOf, milliseconds } from './milliseconds.ts';
import { explainTokenRequest } from './token-request.explanation.ts';

/** A request by the spans of both its ends; who exports nothing has none. */
export interface Exchange {
  readonly client?: Span | undefined;
  readonly server?: Span | undefined;
  /** What the called one asked of its database meanwhile. */
  readonly queries: readonly Span[];
}

const TOKEN_ROUTE = '/oauth2/token';

/** All there is to know of a request and its answer. */
export function explainExchange({ client, server, queries }: Exchange): Explanation[] {
  const route = server && textOf(server, 'http.route');
  return [
    ...(server && route === TOKEN_ROUTE ? explainTokenRequest(server) : []),
    ...(server ? explainGuard(server) : []),
    ...explainDocument(route),
    ...explainHttp(client, server),
    ...explainQueries(queries),
  ];
}

/** Method and path; the route in place of the path where it is known. */
export function requestOf({ client, server }: Exchange): string {
  const method = [server, client].flatMap((span) => (span && methodOf(span)) ?? []).at(0);
  const route = server && textOf(server, 'http.route');
  return `${method ?? ''} ${route ?? pathOf(client, server)}`;
}

function explainHttp(client: Span | undefined, server: Span | undefined): Explanation[] {
  const took = (span: Span | undefined, name: string) =>
    span ? [{ name, value: milliseconds(durationOf([span])) }] : [];
  const fields = [
    { name: 'path', value: pathOf(client, server), meaning: 'its query is exported by nobody' },
    ...took(client, 'at the caller'),
    ...took(server, 'at the called one'),
  ];
  return [{ title: 'The exchange', source: 'RFC 9110', fields }];
}

function methodOf(span: Span): string | undefined {
  return textOf(span, 'http.request.method');
}

function pathOf(client: Span | undefined, server: Span | undefined): string {
  const path = server && textOf(server, 'url.path');
  if (path !== undefined) return path;
  const url = (client && textOf(client, 'url.full')) ?? '';
  return URL.canParse(url) ? new URL(url).pathname : url;
}
