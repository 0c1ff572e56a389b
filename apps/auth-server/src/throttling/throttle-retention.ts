import type { DataSource } from 'typeorm';

/** Ends the keeping of counts whose minute is over. */
export class ThrottleRetention {
  /** @param now milliseconds since the epoch. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly now: () => number = Date.now,
  ) {}

  /** @returns how many were deleted. */
  async deleteExpired(limit: number): Promise<number> {
    const [, deleted] = await this.dataSource.query<[unknown, number]>(
      // Looked at twice: in between a count may have begun anew.
      `DELETE FROM client_authentication_failure WHERE expire < $1 AND key IN (
         SELECT key FROM client_authentication_failure WHERE expire < $1 LIMIT $2)`,
      [this.now(), limit],
    );
    return deleted;
  }
}
