import { EventLogger, jobFailed, runJob } from '@m2m/service-defaults';
import {
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { ChangeFeed } from '../changes/change-feed.js';
import { SigningKeyLifecycle } from './signing-key.lifecycle.js';
import { SigningKeySettings } from './signing-key.settings.js';
import { SigningKeys } from './signing-keys.js';

const LONGEST_INTERVAL_MS = 30_000;
/** How often a replica looks within the time that a key is announced. */
const LOOKS_PER_ANNOUNCEMENT = 4;

/**
 * Keeps the keys of this replica up to date: at once when one is changed, and every now and then in case
 * that was missed. Makes the next key when it is time to.
 */
@Injectable()
export class SigningKeyScheduler
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown
{
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private isStopping = false;

  constructor(
    private readonly keys: SigningKeys,
    private readonly lifecycle: SigningKeyLifecycle,
    private readonly settings: SigningKeySettings,
    private readonly feed: ChangeFeed,
    private readonly logger: EventLogger,
  ) {}

  async onModuleInit(): Promise<void> {
    const reload = () => void this.run('signing key reload', () => this.keys.reload());
    this.feed.subscribe('signing_key', reload);
    this.feed.onGap(reload);
    await this.lifecycle.begin();
    await this.keys.reload();
  }

  onApplicationBootstrap(): void {
    this.scheduleNext();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    await this.running;
  }

  private scheduleNext(): void {
    if (this.isStopping) return;
    this.timer = setTimeout(() => {
      void this.run('signing key check', () => this.check()).then(() => this.scheduleNext());
    }, this.interval());
    this.timer.unref();
  }

  private async check(): Promise<void> {
    await this.keys.reload();
    await this.lifecycle.rotateIfDue(this.keys.schedule);
    await this.lifecycle.wipeRetired(this.keys.schedule);
  }

  private async run(name: string, job: () => Promise<void>): Promise<void> {
    if (this.isStopping) return;
    const run = runJob(name, () => this.reportFailure(job));
    this.running = this.running.then(() => run);
    await run;
  }

  private async reportFailure(job: () => Promise<void>): Promise<void> {
    try {
      await job();
    } catch (error) {
      jobFailed(error);
      this.logger.warn('signing_key.check_failed', String(error));
    }
  }

  // Not all replicas at the same moment.
  private interval(): number {
    const share = (this.settings.announcementSeconds * 1_000) / LOOKS_PER_ANNOUNCEMENT;
    return Math.min(share, LONGEST_INTERVAL_MS) * (0.8 + Math.random() * 0.2);
  }
}
