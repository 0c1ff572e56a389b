import { type DataSource } from 'typeorm';

const DAY_SECONDS = 86_400;

/** Ends the keeping of audit events. */
export class AuditRetention {
  constructor(
    private readonly dataSource: DataSource,
    private readonly retentionDays: number,
  ) {}

  /**
   * Deletes the oldest of those that have been kept for long enough by the database's clock: that of one
   * replica could be ahead and end them all.
   *
   * @returns how many.
   */
  async deleteExpired(limit: number): Promise<number> {
    const [, deleted] = await this.dataSource.query<[unknown, number]>(
      `DELETE FROM audit_event WHERE id IN (
         SELECT id FROM audit_event WHERE occurred_at < now() - make_interval(secs => $1)
         ORDER BY occurred_at LIMIT $2)`,
      [this.retentionDays * DAY_SECONDS, limit],
    );
    return deleted;
  }
}
