import { Injectable } from '@nestjs/common';
import type { ChangeTarget } from '../admin/versioned.transactions.js';
import { ClientEntity } from './client.entity.js';
import { ownClient } from './client-problems.js';
import { ClientTransactions } from './client.transactions.js';

/** Deletes clients, with their secrets and what they were allowed. */
@Injectable()
export class DeleteClient {
  constructor(private readonly transactions: ClientTransactions) {}

  /** @throws Problem 404, 409 if it is the client of who asks for it, 412. */
  async delete(target: ChangeTarget): Promise<void> {
    await this.transactions.delete(target, async ({ clientId }, transaction) => {
      if (target.actor === clientId) throw ownClient();
      await transaction.manager.delete(ClientEntity, { clientId });
      transaction.record('client.deleted', 'deleted a client');
    });
  }
}
