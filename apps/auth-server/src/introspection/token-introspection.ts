import type { AccessTokenClaims } from '@m2m/token-issuance';
import { Injectable } from '@nestjs/common';
import type { RegisteredClient } from '../clients/registered-client.js';
import { TokenRevocations } from '../revocation/token-revocations.js';
import { IssuedTokenVerifier } from '../token-verification/issued-token.verifier.js';

/** What is said of a token that cannot be used, and of one that is none of the caller's business. */
export interface InactiveToken {
  readonly active: false;
}

/** What is said of a token that can be used: all that it holds. */
export interface ActiveToken extends AccessTokenClaims {
  readonly active: true;
  readonly token_type: 'Bearer';
}

/** An introspection response (RFC 7662 2.2). */
export type IntrospectionResponse = ActiveToken | InactiveToken;

const INACTIVE: InactiveToken = { active: false };

/** Token introspection (RFC 7662): tells the state of a token, to those whom it concerns. */
@Injectable()
export class TokenIntrospection {
  constructor(
    private readonly tokens: IssuedTokenVerifier,
    private readonly revocations: TokenRevocations,
  ) {}

  async introspect(caller: RegisteredClient, token: string): Promise<IntrospectionResponse> {
    const claims = await this.tokens.verify(token);
    if (!claims || !concerns(caller, claims)) return INACTIVE;
    const { jti: tokenId, client_id: clientId, iat: issuedAt } = claims;
    if (await this.revocations.isRevoked({ tokenId, clientId, issuedAt })) return INACTIVE;
    return { active: true, token_type: 'Bearer', ...claims };
  }
}

// RFC 7662 2.2 and 4: a resource server is told of its own tokens only. A client may ask about its own, too.
function concerns(
  caller: RegisteredClient,
  { aud, client_id: clientId }: AccessTokenClaims,
): boolean {
  return caller.clientId === clientId || caller.resourceServers.includes(aud);
}
