import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { LastRunEntity } from './last-run.entity.js';

const THE_ONE_ROW = 1;

/** Remembers how billing last ran to its end, on whichever worker. */
@Injectable()
export class LastRun {
  constructor(@InjectRepository(LastRunEntity) private readonly rows: Repository<LastRunEntity>) {}

  /** @param oldestPendingAt when the oldest order was placed that it found pending. */
  async record(endedAt: Date, oldestPendingAt: Date | null): Promise<void> {
    await this.rows.upsert({ id: THE_ONE_ROW, endedAt, oldestPendingAt }, ['id']);
  }

  /** Null before the first time. */
  async read(): Promise<Omit<LastRunEntity, 'id'> | null> {
    return this.rows.findOneBy({ id: THE_ONE_ROW });
  }
}
