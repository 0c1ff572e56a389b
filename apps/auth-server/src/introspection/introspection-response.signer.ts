import { signIntrospectionResponse, type SigningKey } from '@m2m/token-issuance';
import type { RegisteredClient } from '../clients/registered-client.js';
import type { IntrospectionResponse } from './token-introspection.js';

/** Where the key is found that is signed by. */
export interface CurrentKey {
  readonly current: SigningKey;
}

/** Signs introspection responses (RFC 9701 5). */
export class IntrospectionResponseSigner {
  /**
   * @param issuer the issuer identifier.
   * @param now milliseconds since the epoch.
   */
  constructor(
    private readonly issuer: string,
    private readonly keys: CurrentKey,
    private readonly now: () => number,
  ) {}

  /** The response in compact form, for nobody but the caller. */
  sign(caller: Pick<RegisteredClient, 'clientId'>, response: IntrospectionResponse): string {
    const claims = {
      iss: this.issuer,
      aud: caller.clientId,
      iat: Math.floor(this.now() / 1_000),
      token_introspection: { ...response },
    };
    return signIntrospectionResponse(claims, this.keys.current);
  }
}
