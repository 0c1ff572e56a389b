import { ClientError } from 'openid-client';
import type { OperatorFailure } from '../command-line/operator-failure.ts';
import { isLocal } from './issuer.ts';
import { noAccess } from './no-access.ts';

/** The failure of a request that the server could not be reached for or could not answer; undefined for any other. */
export function describeOutage(error: unknown, issuer: URL): OperatorFailure | undefined {
  if (error instanceof ClientError) return describeNoAnswer(error, issuer);
  // What fetch throws; a mistake of ours would be a TypeError too, but without a cause.
  if (!(error instanceof TypeError && error.cause instanceof Error)) return undefined;
  const { cause } = error;
  const why = 'code' in cause ? String(cause.code) : cause.message;
  const hint = isLocal(issuer) ? '; is it running? Start it by: npm start' : '';
  return noAccess(
    'unreachable',
    `the auth-server cannot be reached at ${issuer.href} (${why})${hint}`,
  );
}

function describeNoAnswer({ code, cause }: ClientError, issuer: URL): OperatorFailure | undefined {
  if (code === 'OAUTH_TIMEOUT') return noAccess('no_answer', `${issuer.href} does not answer`);
  if (!(cause instanceof Response && cause.status >= 500)) return undefined;
  const detail = `${issuer.href} cannot answer right now (${cause.status}); try again shortly`;
  return noAccess('no_answer', detail);
}
