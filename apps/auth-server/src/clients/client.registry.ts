import type { RegisteredClient } from './registered-client.js';

/** Where the token endpoint looks clients up. */
export abstract class ClientRegistry {
  abstract find(clientId: string): Promise<RegisteredClient | undefined>;
}
