import type { AccessTokenClaims, SigningKey } from '@m2m/token-issuance';
import { errors, jwtVerify, type JWTVerifyGetKey, type JWTVerifyOptions } from 'jose';

/** Where the keys are found by which live tokens may be signed. */
export interface PublishedKeys {
  readonly published: readonly SigningKey[];
}

/** Tells the access tokens that were issued here (RFC 9068 4), by the keys in memory: nothing is read from anywhere. */
export class IssuedTokenVerifier {
  private readonly options: JWTVerifyOptions;

  /**
   * @param issuer the issuer identifier.
   * @param now milliseconds since the epoch.
   */
  constructor(
    issuer: string,
    private readonly keys: PublishedKeys,
    private readonly now: () => number,
  ) {
    this.options = { issuer, typ: 'at+jwt', requiredClaims: ['exp'] };
  }

  /**
   * The claims of a token that was issued here and has not expired. Undefined for anything else: whether it
   * is malformed, of somebody else, past its end or signed by a key that has been withdrawn makes no
   * difference.
   */
  async verify(token: string): Promise<AccessTokenClaims | undefined> {
    try {
      const { payload } = await jwtVerify<AccessTokenClaims>(token, this.keyOf, {
        ...this.options,
        currentDate: new Date(this.now()),
      });
      return payload;
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  // RFC 8725 3.1: a key is used with the algorithm it was made for, whatever the token says.
  private readonly keyOf: JWTVerifyGetKey = ({ kid, alg }) => {
    const key = this.keys.published.find((known) => known.kid === kid && known.alg === alg);
    if (!key) throw new errors.JWKSNoMatchingKey();
    return key.publicJwk;
  };
}
