import { EventLogger } from '@m2m/service-defaults';
import { Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DataSource } from 'typeorm';

const INTERVAL_MS = 60_000;

/**
 * Keeps when each secret was last used, to the hour, so that people can see which one is no longer in use
 * before they end it. Written in the background: a token request writes nothing.
 */
@Injectable()
export class SecretUsage implements OnModuleInit, BeforeApplicationShutdown {
  private used = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: EventLogger,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.writeAndReport(), INTERVAL_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.writeAndReport();
  }

  note(secretId: string): void {
    this.used.add(secretId);
  }

  /** Writes what was used since the last time, where the hour is another one than is written already. */
  async write(): Promise<void> {
    if (this.used.size === 0) return;
    const secretIds = [...this.used];
    await this.dataSource.query(
      `UPDATE client_secret SET last_used_at = date_trunc('hour', now())
       WHERE secret_id = ANY($1)
         AND (last_used_at IS NULL OR last_used_at < date_trunc('hour', now()))`,
      [secretIds],
    );
    for (const secretId of secretIds) this.used.delete(secretId);
  }

  private async writeAndReport(): Promise<void> {
    try {
      await this.write();
    } catch (error) {
      this.logger.warn('client_secret.use_not_written', String(error));
    }
  }
}
