import { z } from 'zod';
import { TokenRequestError } from './token-request-error.js';

/** An access token and how long it is good for. */
export interface AccessToken {
  readonly value: string;
  /** Seconds, counted from when the token was asked for. */
  readonly lifetimeSeconds: number;
}

/** RFC 6749 5.1 only recommends `expires_in`; a token without one is soon replaced. */
const LIFETIME_IF_UNKNOWN_SECONDS = 60;
const LONGEST_LIFETIME_SECONDS = 24 * 60 * 60;

const successSchema = z.object({
  // RFC 6750 2.1: only such a token can be sent as a bearer token.
  access_token: z.string().regex(/^[A-Za-z0-9\-._~+/]+=*$/),
  token_type: z.string(),
  expires_in: z.unknown().optional(),
});

const errorSchema = z.object({ error: z.string().regex(/^[\x20\x21\x23-\x5b\x5d-\x7e]{1,100}$/) });

/** Errors of RFC 6749 5.2 and RFC 8707 2 that stay until somebody changes a configuration. */
const PERMANENT = new Set([
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
]);

/**
 * Reads the answer of a token endpoint (RFC 6749 5.1).
 *
 * @throws TokenRequestError for anything that is not a bearer token.
 */
export function readTokenResponse(body: unknown): AccessToken {
  const result = successSchema.safeParse(body);
  if (!result.success) throw new TokenRequestError('malformed_response', true);
  const { access_token: value, token_type: type, expires_in: expiresIn } = result.data;
  // RFC 6749 7.1: a token of an unknown type must not be used. The type's case does not count (5.1).
  if (type.toLowerCase() !== 'bearer') throw new TokenRequestError('unknown_token_type', false);
  return { value, lifetimeSeconds: lifetimeFrom(expiresIn) };
}

/** Reads the error answer of a token endpoint (RFC 6749 5.2). */
export function readErrorResponse(
  status: number,
  body: unknown,
  retryAfterMs: number | undefined,
): TokenRequestError {
  const result = errorSchema.safeParse(body);
  const code = result.success ? result.data.error : `http_${status}`;
  const clientError = status >= 400 && status < 500 && status !== 408 && status !== 429;
  const permanent = clientError && (PERMANENT.has(code) || !result.success);
  return new TokenRequestError(code, !permanent, retryAfterMs);
}

function lifetimeFrom(expiresIn: unknown): number {
  // Some servers send the number as a string.
  const seconds = typeof expiresIn === 'string' ? Number(expiresIn) : expiresIn;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds) || seconds <= 0) {
    return LIFETIME_IF_UNKNOWN_SECONDS;
  }
  return Math.min(seconds, LONGEST_LIFETIME_SECONDS);
}
