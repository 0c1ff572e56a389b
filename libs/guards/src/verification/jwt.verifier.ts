import { errors, jwtVerify, type JWTVerifyOptions } from 'jose';
import { LRUCache } from 'lru-cache';
import type { GuardsEvents } from '../guards-events.js';
import type { VerificationKeys } from '../keys/verification-keys.js';
import { AccessTokenVerifier, type VerificationRules } from './access-token-verifier.js';
import { clientFrom, type Client } from './client.js';
import { InvalidTokenError, type RefusalReason } from './token-refusal.js';

export interface JwtRules extends VerificationRules {
  /** The accepted `alg` values. Asymmetric ones only: a shared secret could be used to forge. */
  readonly algorithms: readonly string[];
}

interface VerifiedToken {
  readonly client: Client;
  readonly kid: string;
}

const CACHED_TOKENS = 10_000;
const REQUIRED_CLAIMS = ['exp', 'iat', 'jti', 'sub', 'client_id'];

/** Verifies JWT access tokens after RFC 9068 4 and RFC 8725 3. */
export class JwtVerifier extends AccessTokenVerifier {
  override readonly dependency = 'issuer keys';
  // A client uses its token many times, and checking a signature costs more than all else a guard does.
  private readonly verified = new LRUCache<string, VerifiedToken>({ max: CACHED_TOKENS });
  private readonly options: JWTVerifyOptions;

  /** @param now milliseconds since the epoch. */
  constructor(
    private readonly rules: JwtRules,
    private readonly keys: VerificationKeys,
    private readonly now: () => number,
    private readonly events: Pick<GuardsEvents, 'onRemembered' | 'onVerified'> = {},
  ) {
    super();
    this.options = {
      issuer: rules.issuer,
      audience: rules.audience,
      algorithms: [...rules.algorithms],
      typ: 'at+jwt',
      clockTolerance: rules.clockToleranceSeconds,
      requiredClaims: REQUIRED_CLAIMS,
    };
  }

  override async verify(token: string): Promise<Client> {
    const known = this.verified.get(token);
    if (known && this.stillGood(known)) {
      this.events.onRemembered?.();
      return known.client;
    }
    this.verified.delete(token);
    const { client, kid } = await this.verifyAnew(token);
    // Without a kid it could not be told when the key is withdrawn.
    if (kid !== undefined) this.verified.set(token, { client, kid });
    return client;
  }

  override ready(): Promise<void> {
    return this.keys.ready();
  }

  private stillGood({ client, kid }: VerifiedToken): boolean {
    const end = client.expiresAt + this.rules.clockToleranceSeconds;
    return this.now() < end * 1_000 && this.keys.stillPublished(kid);
  }

  private async verifyAnew(token: string): Promise<{ client: Client; kid: string | undefined }> {
    const startedAt = performance.now();
    try {
      const { payload, protectedHeader } = await jwtVerify(token, this.keys.resolve, {
        ...this.options,
        currentDate: new Date(this.now()),
      });
      const client = clientFrom(payload);
      this.refuseIssuedInFuture(client);
      return { client, kid: protectedHeader.kid };
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

const REASON_BY_CLAIM: Readonly<Record<string, RefusalReason>> = {
  iss: 'wrong_issuer',
  aud: 'wrong_audience',
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
