import { errors, jwtVerify, type JWTVerifyOptions } from 'jose';
import { LRUCache } from 'lru-cache';
import type { GuardsEvents } from '../guards-events.js';
import { nameOfKey } from '../keys/key-set.js';
import type { VerificationKeys } from '../keys/verification-keys.js';
import { AccessTokenVerifier, type VerificationRules } from './access-token-verifier.js';
import type { Client } from './client.js';
import { refuseOtherKinds } from './other-kinds.js';
import { TokenProfile } from './token-profile.js';
import { InvalidTokenError, type RefusalReason } from './token-refusal.js';

export interface JwtRules extends VerificationRules {
  /** The accepted `alg` values. Asymmetric ones only: a shared secret could be used to forge. */
  readonly algorithms: readonly string[];
}

interface VerifiedToken {
  readonly client: Client;
  /** Milliseconds since the epoch. */
  readonly goodUntil: number;
  readonly key: string;
}

const CACHED_TOKENS = 10_000;

/** Verifies JWT access tokens after RFC 9068 4 and RFC 8725 3. */
export class JwtVerifier extends AccessTokenVerifier {
  override readonly dependency = 'issuer keys';
  // A client uses its token many times, and checking a signature costs more than all else a guard does.
  private readonly verified = new LRUCache<string, VerifiedToken>({ max: CACHED_TOKENS });
  private readonly options: JWTVerifyOptions;
  private readonly profile: TokenProfile;

  /** @param now milliseconds since the epoch. */
  constructor(
    private readonly rules: JwtRules,
    private readonly keys: VerificationKeys,
    private readonly now: () => number,
    private readonly events: Pick<GuardsEvents, 'onRemembered' | 'onVerified'> = {},
  ) {
    super();
    this.profile = new TokenProfile(rules);
    this.options = {
      issuer: rules.issuer,
      algorithms: [...rules.algorithms],
      clockTolerance: rules.clockToleranceSeconds,
      requiredClaims: ['exp', 'iat'],
      ...(!this.profile.acceptsTypJwt && { typ: 'at+jwt' }),
    };
  }

  override async verify(token: string): Promise<Client> {
    const known = this.verified.get(token);
    if (known && this.stillGood(known)) {
      this.events.onRemembered?.();
      return known.client;
    }
    this.verified.delete(token);
    const verified = await this.verifyAnew(token);
    this.verified.set(token, verified);
    return verified.client;
  }

  override ready(): Promise<void> {
    return this.keys.ready();
  }

  private stillGood({ goodUntil, key }: VerifiedToken): boolean {
    return this.now() < goodUntil && this.keys.stillPublished(key);
  }

  private async verifyAnew(token: string): Promise<VerifiedToken> {
    const startedAt = performance.now();
    try {
      refuseOtherSpellings(token);
      const { payload, protectedHeader, key } = await jwtVerify(token, this.keys.resolve, {
        ...this.options,
        currentDate: new Date(this.now()),
      });
      if (this.profile.acceptsTypJwt) refuseOtherKinds(payload, protectedHeader.typ);
      const client = this.profile.clientOf({ claims: payload, identity: signedPartOf(token) });
      this.refuseIssuedInFuture(client);
      const goodUntil = (client.expiresAt + this.rules.clockToleranceSeconds) * 1_000;
      return { client, goodUntil, key: await nameOfKey(key) };
    } catch (error) {
      throw asRefusal(error);
    } finally {
      this.events.onVerified?.((performance.now() - startedAt) / 1_000);
    }
  }

  // jose looks at `iat` only when a maximum age is given.
  private refuseIssuedInFuture({ issuedAt }: Client): void {
    const latest = this.now() / 1_000 + this.rules.clockToleranceSeconds;
    if (issuedAt > latest) throw new InvalidTokenError('not_yet_valid');
  }
}

// A decoder takes a signature in several spellings, of which one is the token that was issued (RFC 4648 3.5).
// Header and payload need no such check: they are signed as they are spelt.
function refuseOtherSpellings(token: string): void {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  if (Buffer.from(signature, 'base64url').toString('base64url') !== signature) {
    throw new InvalidTokenError('malformed');
  }
}

function signedPartOf(token: string): string {
  return token.slice(0, token.lastIndexOf('.'));
}

const REASON_BY_CLAIM: Readonly<Record<string, RefusalReason>> = {
  iss: 'wrong_issuer',
  nbf: 'not_yet_valid',
  typ: 'wrong_type',
};

function asRefusal(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return new InvalidTokenError('expired');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return new InvalidTokenError(REASON_BY_CLAIM[error.claim] ?? 'claim_missing_or_invalid');
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return new InvalidTokenError('algorithm_not_allowed');
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new InvalidTokenError('bad_signature');
  }
  if (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  ) {
    return new InvalidTokenError('unknown_key');
  }
  // What is left of jose's errors is about tokens that are no JWTs, and `crit` (RFC 7515 4.1.11).
  return error instanceof errors.JOSEError ? new InvalidTokenError('malformed') : error;
}
