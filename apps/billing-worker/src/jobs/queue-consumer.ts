import type { PgBoss } from 'pg-boss';

/** Takes jobs from a queue, a batch at a time in each of its workers, except while it pauses. */
export class QueueConsumer {
  private workers: string[] = [];
  private pausesUntil = 0;
  private resumption: NodeJS.Timeout | undefined;

  /** @param addWorker has pg-boss start a worker on the queue. */
  constructor(
    private readonly jobs: Pick<PgBoss, 'notifyWorker' | 'offWork'>,
    private readonly queue: string,
    private readonly workerCount: number,
    private readonly addWorker: () => Promise<string>,
  ) {}

  async start(): Promise<void> {
    const starting = Array.from({ length: this.workerCount }, () => this.addWorker());
    this.workers = await Promise.all(starting);
  }

  /** Has the workers look for jobs now, rather than when it is time to. */
  wake(): void {
    for (const worker of this.workers) this.jobs.notifyWorker(worker);
  }

  /** Takes no more jobs for some milliseconds; those at hand are finished. A longer pause stays as it is. */
  pause(milliseconds: number): void {
    const until = performance.now() + milliseconds;
    if (milliseconds <= 0 || until <= this.pausesUntil) return;
    this.pausesUntil = until;
    void this.jobs.offWork(this.queue, { wait: false });
    clearTimeout(this.resumption);
    this.resumption = setTimeout(() => void this.resume(), milliseconds);
  }

  /** Takes no more jobs at all. */
  end(): void {
    this.pausesUntil = Infinity;
    clearTimeout(this.resumption);
  }

  /** Once the jobs at hand are finished, so that whoever is slow does not get ever more of them at once. */
  private async resume(): Promise<void> {
    const until = this.pausesUntil;
    await this.jobs.offWork(this.queue, { wait: true });
    if (this.pausesUntil === until) await this.start();
  }
}
