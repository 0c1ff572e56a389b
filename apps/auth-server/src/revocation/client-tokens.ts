import type { EntityManager } from 'typeorm';

/**
 * How much later than now the line is drawn: for so long other replicas may still go by what they remember
 * of the client, such as a secret that has just been ended, and by so much their clocks may differ.
 */
const MARGIN_MS = 1_000;

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
   * @throws Error if there is no such client.
   */
  async revokeAll(manager: EntityManager, clientId: string): Promise<Date> {
    // Tokens may have been issued since the last time that carry its line, which was of the future then.
    const [rows] = await manager.query<[{ tokens_valid_from: Date }[], number]>(
      `UPDATE client
       SET tokens_valid_from = greatest(
         tokens_valid_from + interval '1 s',
         date_trunc('second', greatest(clock_timestamp(), $2) + $3 * interval '1 ms') + interval '1 s')
       WHERE client_id = $1
       RETURNING tokens_valid_from`,
      [clientId, new Date(this.now()), MARGIN_MS],
    );
    const [row] = rows;
    if (!row) throw new Error('there is no such client');
    return row.tokens_valid_from;
  }
}
