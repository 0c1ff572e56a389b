import { setTimeout as pause } from 'node:timers/promises';
import type { BoundedCounter, EventLogger, Metrics } from '@m2m/service-defaults';
import type { DataSource } from 'typeorm';
import type { SweepJob } from './sweep-job.js';

/** The advisory lock under which one replica sweeps while the others do without. */
const SWEEP_LOCK = 5_931_704;

const BATCH_SIZE = 1_000;
/** Lets those who wait for the database have their turn. */
const PAUSE_MS = 50;

const outcomes = ['swept', 'left_to_another', 'failed'] as const;

/** What has become of a sweep. */
export type SweepOutcome = (typeof outcomes)[number];

/** Deletes what nobody needs any more, in small batches and by one replica at a time. */
export class Sweeper {
  private readonly sweeps: BoundedCounter<SweepOutcome>;
  private readonly sweptRows: BoundedCounter<string>;

  constructor(
    private readonly jobs: readonly SweepJob[],
    private readonly dataSource: DataSource,
    private readonly logger: EventLogger,
    metrics: Metrics,
  ) {
    this.sweeps = metrics.counterBy({
      name: 'oauth_sweeps_total',
      help: 'Attempts to delete what is no longer needed, by outcome.',
      label: 'outcome',
      values: outcomes,
    });
    this.sweptRows = metrics.counterBy({
      name: 'oauth_swept_rows_total',
      help: 'Rows deleted because they were no longer needed, by what they were.',
      label: 'job',
      values: jobs.map(({ name }) => name),
    });
  }

  /** @param stop ends the sweep after the batch at hand. */
  async sweep(stop: AbortSignal): Promise<SweepOutcome> {
    const outcome = await this.sweepAlone(stop).catch((error: unknown) => this.failed(error));
    this.sweeps.inc(outcome);
    return outcome;
  }

  private async sweepAlone(stop: AbortSignal): Promise<SweepOutcome> {
    const lock = this.dataSource.createQueryRunner();
    try {
      const [row] = await lock.manager.query<{ locked: boolean }[]>(
        'SELECT pg_try_advisory_lock($1) AS locked',
        [SWEEP_LOCK],
      );
      if (!row?.locked) return 'left_to_another';
      try {
        return await this.sweepAll(stop);
      } finally {
        await lock.query('SELECT pg_advisory_unlock($1)', [SWEEP_LOCK]);
      }
    } finally {
      await lock.release();
    }
  }

  // In turn, so that one of which there is no end does not keep the others from theirs.
  private async sweepAll(stop: AbortSignal): Promise<SweepOutcome> {
    let outcome: SweepOutcome = 'swept';
    let unfinished = this.jobs;
    while (unfinished.length > 0 && !stop.aborted) {
      const more: SweepJob[] = [];
      for (const job of unfinished) {
        const deleted = await this.deleteBatch(job);
        if (deleted === 'failed') outcome = deleted;
        if (deleted === BATCH_SIZE) more.push(job);
      }
      unfinished = more;
      if (more.length > 0) await pause(PAUSE_MS);
    }
    return outcome;
  }

  private async deleteBatch(job: SweepJob): Promise<number | 'failed'> {
    try {
      const deleted = await job.deleteBatch(BATCH_SIZE);
      this.sweptRows.inc(job.name, deleted);
      return deleted;
    } catch (error) {
      return this.failed(error, job.name);
    }
  }

  private failed(error: unknown, job?: string): 'failed' {
    this.logger.warn('sweep.failed', String(error), { job });
    return 'failed';
  }
}
