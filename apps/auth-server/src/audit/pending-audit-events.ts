import {
  type EventLogger,
  isDatabaseUnavailable,
  type Metrics,
  type BoundedCounter,
} from '@m2m/service-defaults';
import type { DataSource } from 'typeorm';
import { AuditEventEntity } from './audit-event.entity.js';

const losses = ['too_many', 'database_unavailable', 'refused'] as const;

type Loss = (typeof losses)[number];

const STORE_INTERVAL_MS = 500;
const BATCH_SIZE = 500;
const MINUTE_MS = 60_000;
/** What waits in memory while the database is away. */
export const MOST_PENDING = 1_000;
/** Anybody can cause failures; this keeps a flood of them from filling the table. */
export const MOST_PER_MINUTE = 300;

/**
 * The events that wait to be stored. They wait in memory while the database is away; those that are too
 * many are in the log only.
 */
export class PendingAuditEvents {
  private readonly lost: BoundedCounter<Loss>;
  private queue: AuditEventEntity[] = [];
  private storing: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private minuteEndsAt = 0;
  private leftThisMinute = 0;
  private lossReportedUntil = 0;

  /** @param now milliseconds of a clock that never goes back. */
  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: EventLogger,
    metrics: Metrics,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.lost = metrics.counterBy({
      name: 'oauth_audit_events_not_stored_total',
      help: 'Audit events that are in the log but not in the table, by reason.',
      label: 'reason',
      values: losses,
    });
  }

  start(): void {
    this.timer = setInterval(() => void this.store(), STORE_INTERVAL_MS).unref();
  }

  /** Stores what still waits, if that is possible now. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.store();
    if (this.queue.length > 0) this.lose('database_unavailable', this.queue.length);
  }

  add(row: AuditEventEntity): void {
    if (this.queue.length >= MOST_PENDING) this.lose('database_unavailable');
    else if (this.isOneTooMany()) this.lose('too_many');
    else this.queue.push(row);
  }

  /** Stores what waits, one batch after the other. Who asks for it before an attempt has begun shares that one. */
  async store(): Promise<void> {
    this.waiting ??= this.storing.then(() => {
      this.waiting = undefined;
      this.storing = this.storeBatches();
      return this.storing;
    });
    return this.waiting;
  }

  private async storeBatches(): Promise<void> {
    while (this.queue.length > 0) {
      const batch = this.queue.slice(0, BATCH_SIZE);
      if (!(await this.storeBatch(batch))) return;
      this.queue.splice(0, batch.length);
    }
  }

  /** @returns whether the batch is dealt with; false while the database is away. */
  private async storeBatch(batch: AuditEventEntity[]): Promise<boolean> {
    try {
      await this.insert(batch);
      return true;
    } catch (error) {
      if (isDatabaseUnavailable(error)) return false;
      if (batch.length > 1) return this.storeEach(batch);
      this.lose('refused');
      return true;
    }
  }

  // One that the database will not have must not cost the others.
  private async storeEach(batch: AuditEventEntity[]): Promise<boolean> {
    for (const row of batch) {
      if (!(await this.storeBatch([row]))) return false;
    }
    return true;
  }

  private async insert(batch: AuditEventEntity[]): Promise<void> {
    await this.dataSource
      .createQueryBuilder()
      .insert()
      .into(AuditEventEntity)
      .values(batch)
      // It may have been stored by an attempt whose answer did not arrive.
      .orIgnore()
      .updateEntity(false)
      .execute();
  }

  private isOneTooMany(): boolean {
    const now = this.now();
    if (now >= this.minuteEndsAt) {
      this.minuteEndsAt = now + MINUTE_MS;
      this.leftThisMinute = MOST_PER_MINUTE;
    }
    this.leftThisMinute -= 1;
    return this.leftThisMinute < 0;
  }

  private lose(loss: Loss, count = 1): void {
    this.lost.inc(loss, count);
    const now = this.now();
    if (now < this.lossReportedUntil) return;
    this.lossReportedUntil = now + MINUTE_MS;
    this.logger.error(
      'audit_event.not_stored',
      'audit events are in the log but not in the table; said once a minute at most',
      { reason: loss },
    );
  }
}
