import type { EntityManager } from 'typeorm';
import { tokensJustRevoked } from '../clients/client-problems.js';

/**
 * How much later than now the line is drawn: for so long other replicas may still go by what they remember
 * of the client, such as a secret that has just been ended, and by so much their clocks may differ.
 */
const MARGIN_MS = 1_000;
/** How far ahead of now the line may be for it to be drawn anew: half of what verifiers allow for clocks. */
const MOST_AHEAD_MS = 5_000;

/** All of a client's access tokens at once: none of them is stored, so they are told apart by their `iat`. */
export class ClientTokens {
  /** @param now milliseconds since the epoch. */
  constructor(private readonly now: () => number) {}

  /**
   * Revokes all tokens the client has been issued so far. The line is drawn one to two seconds from now, at a
   * whole second, as `iat` has no fractions; tokens issued before that time comes carry it as their `iat`, so
   * that they are good. Each time it is another line, so several in one second are each a second further.
   *
   * @param manager of the transaction the revocation is part of.
   * @returns the line: tokens with an earlier `iat` are revoked.
   * @throws Problem 409 where that has been done several times within seconds: any further, and verifiers would
   *   take new tokens for being of the future.
   * @throws Error if there is no such client.
   */
  async revokeAll(manager: EntityManager, clientId: string): Promise<Date> {
    // Tokens may have been issued since the last time that carry its line, which was of the future then.
    const [rows] = await manager.query<[{ tokens_valid_from: Date; too_far: boolean }[], number]>(
      `UPDATE client
       SET tokens_valid_from = greatest(
         tokens_valid_from + interval '1 s',
         date_trunc('second', greatest(clock_timestamp(), $2) + $3 * interval '1 ms') + interval '1 s')
       WHERE client_id = $1
       RETURNING tokens_valid_from,
         tokens_valid_from > greatest(clock_timestamp(), $2) + $4 * interval '1 ms' AS too_far`,
      [clientId, new Date(this.now()), MARGIN_MS, MOST_AHEAD_MS],
    );
    const [row] = rows;
    if (!row) throw new Error('there is no such client');
    if (row.too_far) throw tokensJustRevoked();
    return row.tokens_valid_from;
  }
}
