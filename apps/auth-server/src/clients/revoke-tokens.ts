import { Injectable } from '@nestjs/common';
import type { ChangeTarget } from '../admin/versioned.transactions.js';
import { ClientTokens } from '../revocation/client-tokens.js';
import type { ClientEntity } from './client.entity.js';
import { ClientTransactions } from './client.transactions.js';

/** Revokes all access tokens that clients have been issued so far. */
@Injectable()
export class RevokeTokens {
  constructor(
    private readonly transactions: ClientTransactions,
    private readonly tokens: ClientTokens,
  ) {}

  /** @throws Problem 404, 412 */
  async revoke(target: ChangeTarget): Promise<ClientEntity> {
    const { thing: client } = await this.transactions.change(
      target,
      async ({ clientId }, transaction) => {
        const validFrom = await this.tokens.revokeAll(transaction.manager, clientId);
        transaction.record('client.tokens_revoked', 'revoked all access tokens of a client', {
          issued_before: validFrom,
        });
      },
    );
    return client;
  }
}
