import type { Problem } from '../flow/run.ts';
import { textOf } from '../otlp/span.ts';
import type { Span } from '../otlp/span.ts';

type Told = readonly [meaning: string, source?: string];

/** The error codes of OAuth endpoints. */
const OAUTH_ERRORS: Readonly<Record<string, Told>> = {
  invalid_client: ['The client could not show who it is.', 'RFC 6749, 5.2'],
  invalid_request: ['The request is malformed.', 'RFC 6749, 5.2'],
  invalid_scope: ['A scope is unknown or was not granted to this client.', 'RFC 6749, 5.2'],
  invalid_target: ['The resource is unknown, or not for this client.', 'RFC 8707, 2'],
  unauthorized_client: ['The client may not use this grant.', 'RFC 6749, 5.2'],
  unsupported_grant_type: ['Only client_credentials is there.', 'RFC 6749, 5.2'],
  temporarily_unavailable: ['It passes: try again later.', 'RFC 6749, 4.1.2.1'],
  server_error: ['The auth-server has failed.', 'RFC 6749, 4.1.2.1'],
};

/** Why a client was not recognised: the auth-server's span says it, its answer does not. */
const AUTHENTICATION_FAILURES: Readonly<Record<string, string>> = {
  no_credentials: 'It brought no credentials.',
  unknown_client: 'There is no client of this name.',
  disabled_client: 'It is disabled.',
  wrong_method: 'It is registered for another way to authenticate.',
  wrong_secret: 'Its secret is wrong.',
  wrong_assertion: 'Its assertion is not good.',
  replayed_assertion: 'Its assertion was used before.',
  keys_unavailable: 'Its keys cannot be fetched.',
};

const NO_ACCESS: Readonly<Record<string, Told>> = {
  no_token: ['The call brings no token.', 'RFC 6750, 3'],
  insufficient_scope: ['The token does not cover this operation.', 'RFC 6750, 3.1'],
  expired: ['The token has expired.', 'RFC 6750, 3.1'],
  wrong_audience: ['The token is for another API.', 'RFC 9068, 4'],
  wrong_issuer: ['The token is from an issuer that this API does not trust.', 'RFC 9068, 4'],
  wrong_type: ['This JWT is no access token.', 'RFC 9068, 4'],
  bad_signature: ['The token was forged or changed.', 'RFC 9068, 4'],
  unknown_key: ['The token is signed by a key that the issuer does not publish.', 'RFC 9068, 4'],
  revoked: ['The token has been revoked.', 'RFC 7009, 2'],
};

const STATUSES: Readonly<Record<string, Told>> = {
  '404': ['There is no such thing.', 'RFC 9110, 15.5.5'],
  '409': ['It contradicts what is recorded already.', 'RFC 9110, 15.5.10'],
  '429': ['Too many failures: try again later.', 'RFC 6585, 4'],
  '503': ['Something it needs is away for now.', 'RFC 9110, 15.6.4'],
};

/** Why the answer to a call is an error; undefined where it is none. */
export function problemOf(client: Span | undefined, server: Span | undefined): Problem | undefined {
  const status = Number(statusOf(client, server) ?? 0);
  if (status === 0) return withoutAnswer(client);
  if (status < 400) return undefined;
  return (server && (oauthProblem(server) ?? accessProblem(server))) ?? httpProblem(status);
}

/** The status of an answer; undefined if none came. */
export function statusOf(client: Span | undefined, server: Span | undefined): string | undefined {
  const from = (span: Span | undefined) => span && textOf(span, 'http.response.status_code');
  return from(client) ?? from(server);
}

function withoutAnswer(client: Span | undefined): Problem | undefined {
  const code = client && textOf(client, 'error.type');
  return code === undefined ? undefined : { code, meaning: 'Nobody has answered there.' };
}

function oauthProblem(server: Span): Problem | undefined {
  const code = textOf(server, 'oauth.error');
  if (code === undefined) return undefined;
  const told = OAUTH_ERRORS[code] ?? ['The request was refused.', 'RFC 6749, 5.2'];
  const reason =
    AUTHENTICATION_FAILURES[textOf(server, 'oauth.client.authentication_failure') ?? ''];
  return problem(code, reason === undefined ? told : [`${told[0]} ${reason}`, told[1]]);
}

function accessProblem(server: Span): Problem | undefined {
  const reason = textOf(server, 'oauth.access.outcome');
  if (reason === undefined || reason === 'accepted') return undefined;
  return problem(reason, NO_ACCESS[reason] ?? ['The token is not valid here.', 'RFC 6750, 3.1']);
}

function httpProblem(status: number): Problem {
  const text = String(status);
  return problem(text, STATUSES[text] ?? [status < 500 ? 'It was refused.' : 'It has failed.']);
}

function problem(code: string, [meaning, source]: Told): Problem {
  return { code, meaning, ...(source !== undefined && { source }) };
}
