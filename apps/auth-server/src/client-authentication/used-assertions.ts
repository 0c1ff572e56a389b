import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { inGoodTime } from '../database/in-good-time.js';

const USE = `
  INSERT INTO used_assertion (client_id, jti_digest, expires_at)
  VALUES ($1, $2, to_timestamp($3))
  ON CONFLICT DO NOTHING
  RETURNING client_id`;

// A minute later than they end, for the clocks of the replicas may differ from the database's.
const DELETE_EXPIRED = `
  DELETE FROM used_assertion
  WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM used_assertion WHERE expires_at < now() - interval '1 minute' LIMIT $1))`;

/**
 * The assertions that clients have used, so that none is accepted twice at whichever replica (RFC 7523 3,
 * item 7). See decision record 0018.
 */
@Injectable()
export class UsedAssertions {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Uses an assertion up. Of several attempts at the same time one succeeds.
   *
   * @param expiresAt seconds since the epoch: from then on it is refused for its age.
   * @returns false if it has been used before.
   */
  async use(clientId: string, jti: string, expiresAt: number): Promise<boolean> {
    const digest = createHash('sha256').update(jti).digest();
    const used = await inGoodTime(
      this.dataSource.query<unknown[]>(USE, [clientId, digest, expiresAt]),
    );
    return used.length === 1;
  }

  /** Forgets some of those that have expired. @returns how many, which is `limit` where there may be more. */
  async deleteExpired(limit: number): Promise<number> {
    const [, deleted] = await this.dataSource.query<[unknown[], number]>(DELETE_EXPIRED, [limit]);
    return deleted;
  }
}
