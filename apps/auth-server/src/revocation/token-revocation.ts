import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditTrail } from '../audit/audit-trail.js';
import type { RegisteredClient } from '../clients/registered-client.js';
import { inGoodTime } from '../database/in-good-time.js';
import { invalidRequest } from '../oauth/oauth-error.js';
import { IssuedTokenVerifier } from '../token-verification/issued-token.verifier.js';
import { TokenRevocations, type RevokedToken } from './token-revocations.js';

/** Token revocation (RFC 7009): a client gives up a token of its own. */
@Injectable()
export class TokenRevocation {
  constructor(
    private readonly tokens: IssuedTokenVerifier,
    private readonly revocations: TokenRevocations,
    private readonly dataSource: DataSource,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * @returns whether the token was good until now. RFC 7009 2.2: that it was not is no error, since the
   *   client has what it wants.
   * @throws OAuthError `invalid_request` if it is a good token of another client.
   */
  async revoke({ clientId }: RegisteredClient, token: string): Promise<boolean> {
    const claims = await this.tokens.verify(token);
    if (!claims) return false;
    // RFC 7009 2.1. Who happens to hold a token of another client is not told more of it than that.
    if (claims.client_id !== clientId) throw invalidRequest('The token cannot be revoked');
    const { jti: tokenId, aud: audience, exp: expiresAt } = claims;
    // It may be revoked all the same if the database answers too late, which is what the client wants.
    return inGoodTime(this.note({ tokenId, clientId, audience, expiresAt }));
  }

  private note(token: RevokedToken): Promise<boolean> {
    const { tokenId, clientId } = token;
    return this.dataSource.transaction(async (manager) => {
      const revoked = await this.revocations.revoke(manager, token);
      if (!revoked) return false;
      await this.audit.recordIn(manager, {
        event: 'token.revoked',
        actor: clientId,
        subject: clientId,
        outcome: 'success',
        message: 'a client has revoked an access token of its own',
        details: { jti: tokenId },
      });
      return true;
    });
  }
}
