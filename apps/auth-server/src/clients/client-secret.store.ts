import type { EntityManager } from 'typeorm';
import { tooManySecrets } from './client-problems.js';
import { ClientSecretEntity } from './client-secret.entity.js';
import { digestClientSecret, generateClientSecret, hintOf } from './client-secret.js';

const MOST_SECRETS = 5;
const STILL_GOOD = '(expires_at IS NULL OR expires_at > now())';

/**
 * The secrets of clients, in the transaction that changes a client. One that has ended is kept, so that it
 * cannot be registered a second time.
 */
export class ClientSecretStore {
  constructor(private readonly manager: EntityManager) {}

  /**
   * Gives a client another secret and returns it.
   *
   * @throws Problem 409 if it has too many already.
   */
  async issue(clientId: string): Promise<string> {
    if ((await this.count(clientId)) >= MOST_SECRETS) throw tooManySecrets(MOST_SECRETS);
    const secret = generateClientSecret();
    await this.manager.insert(ClientSecretEntity, {
      digest: digestClientSecret(secret),
      hint: hintOf(secret),
      clientId,
    });
    return secret;
  }

  /** Ends all of a client's secrets after so many seconds, if they do not end before. */
  async endAll(clientId: string, seconds = 0): Promise<void> {
    await this.manager.query(
      `UPDATE client_secret SET expires_at = now() + $2 * interval '1 second'
       WHERE client_id = $1
         AND (expires_at IS NULL OR expires_at > now() + $2 * interval '1 second')`,
      [clientId, seconds],
    );
  }

  /** Ends one of a client's secrets now. @returns whether it was good until now. */
  async end(clientId: string, secretId: string): Promise<boolean> {
    const [, ended] = await this.manager.query<[unknown, number]>(
      `UPDATE client_secret SET expires_at = now()
       WHERE client_id = $1 AND secret_id = $2 AND ${STILL_GOOD}`,
      [clientId, secretId],
    );
    return ended === 1;
  }

  /** How many of a client's secrets are good. */
  async count(clientId: string): Promise<number> {
    const [row] = await this.manager.query<[{ count: number }]>(
      `SELECT count(*)::int AS count FROM client_secret WHERE client_id = $1 AND ${STILL_GOOD}`,
      [clientId],
    );
    return row.count;
  }
}
