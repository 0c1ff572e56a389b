import { InvalidTokenError } from './token-refusal.js';

/** What a token says, by the names of its claims. */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * The client behind a request, as its verified access token says (RFC 9068 2.2). All requests that bring the
 * same token share it.
 */
export interface Client {
  readonly clientId: string;
  /** `sub`. Without a resource owner it is the client itself. */
  readonly subject: string;
  /** The granted scope tokens. */
  readonly scopes: ReadonlySet<string>;
  /** `jti`, for audit logs. */
  readonly tokenId: string;
  /** `iat`, in seconds since the epoch. */
  readonly issuedAt: number;
  /** `exp`, in seconds since the epoch. */
  readonly expiresAt: number;
  /** All that the token says, in the issuer's own form: for claims of an application's own, such as a tenant. */
  readonly claims: Claims;
}

/** What neither RFC 6749 A.1 allows in a name, nor a database or a log can hold. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/**
 * Reads the client from a token's claims, which an introspection response has under the same names
 * (RFC 7662 2.2).
 *
 * @param said the claims as they came, where `claims` are a translation of them.
 * @throws InvalidTokenError if one is missing or of the wrong type, or if whoever brings the token has more to
 *   prove.
 */
export function clientFrom(claims: Claims, said: Claims): Client {
  const { sub, client_id: clientId, jti, iat, exp, scope = '' } = claims;
  const complete = isText(sub) && isText(clientId) && isText(jti);
  if (!complete || typeof iat !== 'number' || typeof exp !== 'number') {
    throw new InvalidTokenError('claim_missing_or_invalid');
  }
  if (typeof scope !== 'string') throw new InvalidTokenError('claim_missing_or_invalid');
  if (isSenderConstrained(claims)) throw new InvalidTokenError('sender_constrained', clientId);
  return {
    clientId,
    subject: sub,
    scopes: new Set(scope.split(' ').filter((token) => token !== '')),
    tokenId: jti,
    issuedAt: iat,
    expiresAt: exp,
    claims: Object.freeze(said),
  };
}

/**
 * Whether a token is good only together with the proof of a key (RFC 7800 3.1): by DPoP (RFC 9449 6, where an
 * issuer also says so by its type) or by a certificate (RFC 8705 3). No such proof is looked at here, and as a
 * bearer token it would be good for whoever has stolen it, against which it was bound (RFC 9449 7.2).
 */
function isSenderConstrained({ cnf: confirmation = null, token_type: type }: Claims): boolean {
  return confirmation !== null || (typeof type === 'string' && type.toLowerCase() === 'dpop');
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && !UNPRINTABLE.test(value);
}
