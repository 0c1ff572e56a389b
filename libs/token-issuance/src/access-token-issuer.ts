import { RandomIdentifiers } from './random-identifiers.js';
import { signJwt, type JwtHeader } from './signed-jwt.js';
import type { SigningKey } from './signing-key.js';

/** What is granted to a client (RFC 6749 4.4). */
export interface Grant {
  readonly clientId: string;
  /** The identifier of the one resource server the token is for (RFC 8707 2). */
  readonly resource: string;
  /** The granted scope tokens, each once (RFC 6749 3.3). */
  readonly scopes: readonly string[];
  /** Seconds until the token ends. */
  readonly lifetime: number;
  /**
   * Seconds since the epoch before which no token of this client is good any more: a new one is dated
   * no earlier.
   */
  readonly issuedNotBefore?: number | undefined;
}

/** The header of an access token (RFC 9068 2.1). */
export type AccessTokenHeader = JwtHeader<'at+jwt'>;

/** The claims of an access token (RFC 9068 2.2). `iat` and `exp` are seconds since the epoch. */
export interface AccessTokenClaims {
  readonly iss: string;
  readonly aud: string;
  readonly sub: string;
  readonly client_id: string;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  readonly scope: string;
}

export interface IssuedAccessToken {
  /** The signed token in compact form (RFC 7515 3.1). */
  readonly accessToken: string;
  readonly header: AccessTokenHeader;
  readonly claims: AccessTokenClaims;
}

// 192 bits, well over what RFC 6749 10.10 asks of a value that nobody may guess.
const JTI_BYTES = 24;

/** Issues JWT access tokens in the profile of RFC 9068. */
export class AccessTokenIssuer {
  private readonly identifiers = new RandomIdentifiers(JTI_BYTES);

  /**
   * @param issuer the issuer identifier, byte for byte as in the metadata (RFC 8414 2).
   * @param now milliseconds since the epoch.
   */
  constructor(
    private readonly issuer: string,
    private readonly now: () => number = Date.now,
  ) {}

  issue(grant: Grant, key: SigningKey): IssuedAccessToken {
    const iat = Math.max(Math.floor(this.now() / 1_000), grant.issuedNotBefore ?? 0);
    const claims: AccessTokenClaims = {
      iss: this.issuer,
      aud: grant.resource,
      // RFC 9068 2.2: without a resource owner the subject is the client itself.
      sub: grant.clientId,
      client_id: grant.clientId,
      iat,
      exp: iat + grant.lifetime,
      jti: this.identifiers.take(),
      scope: grant.scopes.join(' '),
    };
    const { jwt, header } = signJwt('at+jwt', claims, key);
    return { accessToken: jwt, header, claims };
  }
}
