import type { Client } from './client.js';
import type { TokenProfileRules } from './token-profile.js';

/** What every access token is held to, however it is verified. */
export interface VerificationRules extends TokenProfileRules {
  readonly issuer: string;
  /** By how many seconds the clocks of issuer and resource server may differ. */
  readonly clockToleranceSeconds: number;
}

/** Tells whose an access token is, if it is good. There is one for each way to find that out. */
export abstract class AccessTokenVerifier {
  /** What it cannot work without, by the name that readiness reports show. */
  abstract readonly dependency: string;

  /**
   * @throws InvalidTokenError if the token is not to be accepted.
   * @throws VerificationUnavailableError if that cannot be told.
   */
  abstract verify(token: string): Promise<Client>;

  /**
   * Resolves if tokens can be verified; for readiness checks.
   *
   * @throws VerificationUnavailableError
   */
  abstract ready(): Promise<void>;
}
