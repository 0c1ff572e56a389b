import { duration } from '../console/duration.mjs';
import { CLAIM_MEANINGS, HEADER_MEANINGS } from '../flow-page/index.ts';
import type { Meanings } from '../flow-page/index.ts';
import type {
  BillingReports,
  BillingRun,
  BillingRunFailed,
  HttpRequest,
  TokenIssued,
} from './flow-event.ts';
import { alignRows } from './flow-rows.ts';
import type { Row, Style } from './flow-rows.ts';

export interface FlowUrls {
  readonly issuer: string;
  readonly ordersApi: string;
}

/** Steps 1 and 2: the worker asks for a token, and gets it. */
export function tokenText(event: TokenIssued, urls: FlowUrls, style: Style): string[] {
  const { header, claims } = event;
  return [
    '',
    heading(1, 'billing-worker asks auth-server for an access token', 'RFC 6749, 4.4', style),
    `     POST ${urls.issuer}/oauth2/token`,
    ...alignRows(requestRows(event), style),
    '',
    heading(2, 'auth-server authenticates the client and issues the token', 'RFC 9068', style),
    ...alignRows(responseRows(event), style),
    '     its header',
    ...alignRows(explain(header, HEADER_MEANINGS), style),
    '     its claims',
    ...alignRows(explain(claims, CLAIM_MEANINGS), style),
  ];
}

/** Step 3: the worker calls the API, whose guard lets it pass. */
export function apiCallText(event: HttpRequest, urls: FlowUrls, style: Style): string[] {
  return [
    '',
    heading(3, 'billing-worker calls orders-api with the token', 'RFC 6750, 2.1', style),
    `     GET ${urls.ordersApi}/orders?status=pending`,
    ...alignRows([{ name: 'Authorization', value: 'Bearer <token>' }], style),
    '     the guard checks, without asking auth-server:',
    ...alignRows(guardRows(urls), style),
    `     ${answer(event, style)}`,
    '',
  ];
}

/** Step 4: the worker reports the first invoice. */
export function billingText(event: HttpRequest, urls: FlowUrls, style: Style): string[] {
  return [
    heading(4, 'billing-worker reports each invoice it has made', 'scope orders:bill', style),
    `     PUT ${urls.ordersApi}${event.path}`,
    `     ${answer(event, style)}`,
    '',
  ];
}

/** One run of the worker, on one line. */
export function runText(event: BillingRun, style: Style): string {
  const refused = event.refused > 0 ? [style('red', `${event.refused} cannot be billed`)] : [];
  const counts = [`${event.seen} pending seen`, `${event.invoiced} invoiced`, ...refused];
  return line(event, 'billing run', counts, style);
}

/** A batch of reports, on one line. */
export function reportsText(event: BillingReports, style: Style): string {
  const { acknowledged, voided, failed, postponed } = event;
  const counts = [
    `${acknowledged} acknowledged`,
    ...(voided > 0 ? [`${voided} voided`] : []),
    ...(failed > 0 ? [style('red', `${failed} failed`)] : []),
    ...(postponed > 0 ? [`${postponed} to be tried again`] : []),
  ];
  return line(event, 'reports', counts, style);
}

/** A run in which nothing was left to do. */
export function idleText(event: BillingRun): string {
  return `  ${clock(event.time)}  billing run: no order is pending`;
}

/** A run that could not be done. */
export function failedRunText(event: BillingRunFailed, style: Style): string {
  return `  ${clock(event.time)}  ${style('red', 'billing run failed')}: ${event.message}`;
}

function line(
  { time, durationMs }: BillingRun | BillingReports,
  what: string,
  counts: readonly string[],
  style: Style,
): string {
  const took = style('dim', duration(durationMs));
  return `  ${clock(time)}  ${what}: ${counts.join(', ')}  ${took}`;
}

function heading(step: number, text: string, source: string, style: Style): string {
  return `  ${style('bold', `${step}  ${text}`)}  ${style('dim', source)}`;
}

function answer({ status, durationMs }: HttpRequest, style: Style): string {
  const colour = status < 400 ? 'green' : 'red';
  return `answer ${style(colour, String(status))}  ${style('dim', duration(durationMs))}`;
}

/** The local time of day. */
function clock(time: string): string {
  return new Date(time).toTimeString().slice(0, 8);
}

function requestRows(event: TokenIssued): Row[] {
  const rows: Row[] = [
    {
      name: 'Authorization',
      value: `Basic ${event.clientId}:<secret cut out>`,
      meaning: 'base64 of both, form-encoded',
      source: 'RFC 6749, 2.3.1',
    },
    { name: 'grant_type', value: event.grantType },
  ];
  if (event.requestedScope) rows.push({ name: 'scope', value: event.requestedScope });
  if (event.requestedResource) {
    rows.push({
      name: 'resource',
      value: event.requestedResource,
      meaning: 'the API it is for',
      source: 'RFC 8707',
    });
  }
  return rows;
}

function responseRows(event: TokenIssued): Row[] {
  return [
    { name: 'access_token', value: '<header>.<claims>.<signature cut out>' },
    { name: 'token_type', value: 'Bearer' },
    { name: 'expires_in', value: String(event.expiresIn) },
    { name: 'scope', value: shown(event.claims['scope']) },
  ];
}

function guardRows(urls: FlowUrls): Row[] {
  return [
    { name: 'signature', value: `by a key of ${urls.issuer}/oauth2/jwks` },
    { name: 'typ, alg', value: 'at+jwt, and an algorithm it accepts' },
    { name: 'iss, aud', value: `${urls.issuer}, ${urls.ordersApi}` },
    { name: 'exp', value: 'not yet reached' },
    { name: 'scope', value: 'contains orders:read, which this route needs' },
  ];
}

/** Whatever the token holds, with its meaning where that is known here. */
function explain(part: Readonly<Record<string, unknown>>, meanings: Meanings): Row[] {
  return Object.entries(part).map(([name, value]) => {
    const [meaning, source] = meanings[name] ?? [];
    return { name, value: shownClaim(name, value), meaning, source };
  });
}

function shownClaim(name: string, value: unknown): string {
  const isTime = (name === 'iat' || name === 'exp') && typeof value === 'number';
  return isTime ? `${value} = ${clock(new Date(value * 1000).toISOString())}` : shown(value);
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
