import { EventLogger } from '@m2m/service-defaults';
import {
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { DataSource } from 'typeorm';

/** How long a client can repeat a request and get the first answer again. */
const KEPT_HOURS = 48;
const INTERVAL_MS = 60 * 60_000;
const BATCH = 1_000;

/** Deletes idempotency keys that are past their time, in small batches that block nobody. */
@Injectable()
export class IdempotencyKeySweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: EventLogger,
  ) {}

  onApplicationBootstrap(): void {
    void this.sweepAndReport();
    this.timer = setInterval(() => void this.sweepAndReport(), INTERVAL_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** @returns how many keys were deleted. */
  async sweep(): Promise<number> {
    let deleted = 0;
    let batch: number;
    do {
      batch = await this.deleteBatch();
      deleted += batch;
    } while (batch === BATCH);
    return deleted;
  }

  private async deleteBatch(): Promise<number> {
    const rows: unknown[] = await this.dataSource.query(
      `WITH doomed AS (
         SELECT client_id, key FROM idempotency_key
         WHERE created_at < now() - make_interval(hours => $1)
         LIMIT $2 FOR UPDATE SKIP LOCKED
       ), deleted AS (
         DELETE FROM idempotency_key USING doomed
         WHERE idempotency_key.client_id = doomed.client_id AND idempotency_key.key = doomed.key
         RETURNING 1
       )
       SELECT * FROM deleted`,
      [KEPT_HOURS, BATCH],
    );
    return rows.length;
  }

  private async sweepAndReport(): Promise<void> {
    try {
      const deleted = await this.sweep();
      if (deleted > 0) this.logger.info('idempotency_keys.swept', 'swept old keys', { deleted });
    } catch (error) {
      this.logger.warn('idempotency_keys.sweep_failed', String(error));
    }
  }
}
