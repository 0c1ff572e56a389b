import { Injectable } from '@nestjs/common';
import type { ChangeTarget } from '../admin/versioned.transactions.js';
import { ownClient, secretNotFound } from './client-problems.js';
import { ClientSecretStore } from './client-secret.store.js';
import { ClientTransactions } from './client.transactions.js';

/** Ends secrets before their time. */
@Injectable()
export class EndSecret {
  constructor(private readonly transactions: ClientTransactions) {}

  /** @throws Problem 404, 409 if it is the last one of who asks for it, 412. */
  async end(target: ChangeTarget, secretId: string): Promise<void> {
    await this.transactions.change(target, async ({ clientId }, transaction) => {
      const secrets = new ClientSecretStore(transaction.manager);
      if (!(await secrets.end(clientId, secretId))) throw secretNotFound();
      if (target.actor === clientId && (await secrets.count(clientId)) === 0) throw ownClient();
      transaction.record('client_secret.ended', 'ended a secret of a client', {
        secret_id: secretId,
      });
    });
  }
}
