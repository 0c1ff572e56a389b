import { z } from 'zod';
import {
  standardErrorCodes,
  TokenRequestError,
  type TokenFailureReason,
} from './token-request-error.js';

/** An access token and how long it is good for. */
export interface AccessToken {
  readonly value: string;
  /** Seconds, counted from when the token was asked for. */
  readonly lifetimeSeconds: number;
}

/** RFC 6749 5.1 only recommends `expires_in`; a token without one, or an absurd one, is soon replaced. */
const LIFETIME_IF_UNKNOWN_SECONDS = 60;
/** A token that would have to be fetched for each call makes no sense: nobody has meant that. */
const SHORTEST_LIFETIME_SECONDS = 1;
const LONGEST_LIFETIME_SECONDS = 24 * 60 * 60;

const successSchema = z.object({
  // RFC 6750 2.1: only such a token can be sent as a bearer token.
  access_token: z.string().regex(/^[A-Za-z0-9\-._~+/]+=*$/),
  token_type: z.string(),
  expires_in: z.unknown().optional(),
});

const errorSchema = z.object({ error: z.string() });

/**
 * Nothing is here, or nothing that takes a POST. No answer of a token endpoint has such a status (RFC 6749 5.2): an
 * `error` in it is the words of a framework or a gateway.
 */
const NOT_A_TOKEN_ENDPOINT = new Set([404, 405, 410]);

/** Error codes of RFC 6749 4.1.2.1 and RFC 8628 3.5, which have no status of their own here. */
const FOR_NOW = new Set(['temporarily_unavailable', 'server_error', 'slow_down']);

/**
 * Reads the answer of a token endpoint (RFC 6749 5.1).
 *
 * @throws TokenRequestError for anything that is not a bearer token.
 */
export function readTokenResponse(body: unknown): AccessToken {
  const result = successSchema.safeParse(body);
  if (!result.success) throw new TokenRequestError('malformed_response');
  const { access_token: value, token_type: type, expires_in: expiresIn } = result.data;
  // RFC 6749 7.1: a token of an unknown type must not be used. The type's case does not count (5.1).
  if (type.toLowerCase() !== 'bearer') throw new TokenRequestError('unknown_token_type');
  return { value, lifetimeSeconds: lifetimeFrom(expiresIn) };
}

/** Reads the error answer of a token endpoint (RFC 6749 5.2). */
export function readErrorResponse(
  status: number,
  body: unknown,
  retryAfterMs: number | undefined,
): TokenRequestError {
  return new TokenRequestError(reasonFor(status, body), `HTTP ${status}`, retryAfterMs);
}

function reasonFor(status: number, body: unknown): TokenFailureReason {
  if (status === 429) return 'throttled';
  if (status === 408 || status >= 500) return 'unavailable';
  if (status < 300) return 'malformed_response';
  if (NOT_A_TOKEN_ENDPOINT.has(status)) return 'refused';
  const result = errorSchema.safeParse(body);
  if (status < 400 || !result.success) return 'refused';
  const { error } = result.data;
  if (FOR_NOW.has(error)) return 'unavailable';
  // A code that nobody knows is not repeated either: it could be the secret, sent back.
  return standardErrorCodes.find((code) => code === error) ?? 'other';
}

function lifetimeFrom(expiresIn: unknown): number {
  // Some servers send the number as a string.
  const seconds = typeof expiresIn === 'string' ? Number(expiresIn) : expiresIn;
  if (typeof seconds !== 'number' || !(seconds >= SHORTEST_LIFETIME_SECONDS)) {
    return LIFETIME_IF_UNKNOWN_SECONDS;
  }
  return Math.min(seconds, LONGEST_LIFETIME_SECONDS);
}
