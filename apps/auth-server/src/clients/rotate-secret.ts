import { Injectable } from '@nestjs/common';
import type { ChangeTarget } from '../admin/versioned.transactions.js';
import { noClientSecret } from './client-problems.js';
import { ClientSecretStore } from './client-secret.store.js';
import { ClientTransactions, type ClientAndSecret } from './client.transactions.js';

/** Gives clients another secret while those they have stay good for a while. */
@Injectable()
export class RotateSecret {
  constructor(private readonly transactions: ClientTransactions) {}

  /**
   * @param overlapSeconds after which the other secrets end, if they do not end before.
   * @throws Problem 404, 409 if the client has no secrets, or too many of them, 412.
   */
  async rotate(target: ChangeTarget, overlapSeconds: number): Promise<ClientAndSecret> {
    const { thing: client, result: secret } = await this.transactions.change(
      target,
      async ({ clientId, authMethod }, transaction) => {
        if (authMethod === 'private_key_jwt') throw noClientSecret();
        const secrets = new ClientSecretStore(transaction.manager);
        await secrets.endAll(clientId, overlapSeconds);
        transaction.record('client_secret.rotated', 'gave a client another secret', {
          overlap_seconds: overlapSeconds,
        });
        return secrets.issue(clientId);
      },
    );
    return { client, secret };
  }
}
