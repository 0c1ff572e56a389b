import { AccessTokenVerifier } from './access-token-verifier.js';
import type { Client } from './client.js';
import { InvalidTokenError } from './token-refusal.js';

/** Knows which tokens are revoked. */
export interface Revocations {
  /** What it cannot tell that without, by the name that readiness reports show. */
  readonly dependency?: string;
  /**
   * Asked at every request about a token that is good in itself.
   *
   * @throws VerificationUnavailableError if it cannot be told.
   */
  isRevoked(client: Client): boolean | Promise<boolean>;
  /** Resolves if it can be told. */
  ready?(): Promise<void>;
}

/** Refuses tokens that another verifier would accept, once they are revoked. */
export class UnrevokedVerifier extends AccessTokenVerifier {
  override readonly dependency: string;

  constructor(
    private readonly verifier: AccessTokenVerifier,
    private readonly revocations: Revocations,
  ) {
    super();
    const dependencies = [verifier.dependency, revocations.dependency];
    this.dependency = dependencies.filter((name) => name !== undefined).join(' and ');
  }

  override async verify(token: string): Promise<Client> {
    const client = await this.verifier.verify(token);
    if (await this.revocations.isRevoked(client)) {
      throw new InvalidTokenError('revoked', client.clientId);
    }
    return client;
  }

  override async ready(): Promise<void> {
    await this.verifier.ready();
    await this.revocations.ready?.();
  }
}
