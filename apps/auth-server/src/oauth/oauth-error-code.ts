import { describeError } from '@m2m/service-defaults';
import { OAuthError, type OAuthErrorCode } from './oauth-error.js';

/** The code by which an OAuth endpoint answers any error (RFC 6749 5.2). */
export function oauthErrorCodeOf(error: unknown): OAuthErrorCode {
  if (error instanceof OAuthError) return error.code;
  const { status } = describeError(error);
  if (status === 503) return 'temporarily_unavailable';
  return status >= 500 ? 'server_error' : 'invalid_request';
}
