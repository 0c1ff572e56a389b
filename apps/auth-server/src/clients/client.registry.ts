import type { RegisteredClient } from './registered-client.js';

/** Where the endpoints look clients up. */
export abstract class ClientRegistry {
  /** The client as it is kept in memory: no older than a second. Undefined if it is not kept there. */
  abstract remembered(clientId: string): RegisteredClient | undefined;

  /** The client as the database has it now; from here on it is remembered. */
  abstract read(clientId: string): Promise<RegisteredClient | undefined>;

  /** The client from memory or, failing that, from the database. */
  async find(clientId: string): Promise<RegisteredClient | undefined> {
    return this.remembered(clientId) ?? this.read(clientId);
  }
}
