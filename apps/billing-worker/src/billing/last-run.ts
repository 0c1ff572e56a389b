import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { LastRunEntity } from './last-run.entity.js';

const THE_ONE_ROW = 1;

/** Remembers when billing last ran to its end, on whichever worker. */
@Injectable()
export class LastRun {
  constructor(@InjectRepository(LastRunEntity) private readonly rows: Repository<LastRunEntity>) {}

  async record(endedAt: Date): Promise<void> {
    await this.rows.upsert({ id: THE_ONE_ROW, endedAt }, ['id']);
  }

  async endedAt(): Promise<Date | null> {
    const row = await this.rows.findOneBy({ id: THE_ONE_ROW });
    return row?.endedAt ?? null;
  }
}
