import { VersionedTransactions } from '../admin/versioned.transactions.js';
import type { ClientEntity } from './client.entity.js';

/** A client, and the secret it has just been given, if any: nobody can read that again. */
export interface ClientAndSecret {
  readonly client: ClientEntity;
  readonly secret: string | undefined;
}

/** Changes clients. */
export class ClientTransactions extends VersionedTransactions<ClientEntity> {}
