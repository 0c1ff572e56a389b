import { type DataSource } from 'typeorm';

const DAY_MS = 86_400_000;

/** Ends the keeping of audit events. */
export class AuditRetention {
  /** @param now milliseconds since the epoch. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly retentionDays: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** Deletes the oldest of those that have been kept for long enough. @returns how many. */
  async deleteExpired(limit: number): Promise<number> {
    const [, deleted] = await this.dataSource.query<[unknown, number]>(
      `DELETE FROM audit_event WHERE id IN (
         SELECT id FROM audit_event WHERE occurred_at < $1 ORDER BY occurred_at LIMIT $2)`,
      [new Date(this.now() - this.retentionDays * DAY_MS), limit],
    );
    return deleted;
  }
}
