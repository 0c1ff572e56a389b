import { setTimeout as sleep } from 'node:timers/promises';
import { PgBoss } from 'pg-boss';
import { rowsOf } from './database-query.ts';

const RETRY_MS = 100;

/** What a worker was at, as if it had given no sign of life for long enough. */
const EXPIRE = `
  UPDATE pgboss.job SET heartbeat_on = heartbeat_on - interval '1 hour'
  WHERE state = 'active' AND started_on <= $1`;

/** As if nobody had looked for such jobs for long enough. */
const LET_SUPERVISE = `UPDATE pgboss.queue SET monitor_claim_on = now() - interval '1 hour'`;

const RETRY_NOW = `UPDATE pgboss.job SET start_after = now() WHERE state = 'retry' AND start_after > now()`;

/**
 * Lets time go by for jobs. What a killed worker was at is another's after ten seconds, and a report that has
 * failed several times may wait for minutes: within these, nothing would happen that a kill could hit.
 */
export class TimeLapse {
  readonly #databaseUrl: string;
  readonly #jobs: PgBoss;
  #isStarted = false;

  constructor(databaseUrl: string) {
    this.#databaseUrl = databaseUrl;
    this.#jobs = new PgBoss({
      connectionString: databaseUrl,
      max: 1,
      migrate: false,
      supervise: false,
      schedule: false,
      registerInstance: false,
    });
    // What goes wrong while it is asked for something reaches us as that call's own error.
    this.#jobs.on('error', () => undefined);
  }

  /**
   * Has the jobs given back that the only worker was at when it or its database died, as soon as the database
   * answers.
   *
   * @param diedAt by this machine's clock, which is also the database's.
   */
  async pass(diedAt: Date, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#giveBack(diedAt);
        return;
      } catch {
        await sleep(RETRY_MS);
      }
    }
  }

  /** Has whatever waits for another try tried now. */
  async retryNow(): Promise<void> {
    await rowsOf(this.#databaseUrl, RETRY_NOW);
  }

  async stop(): Promise<void> {
    if (this.#isStarted) await this.#jobs.stop({ graceful: false });
  }

  async #giveBack(diedAt: Date): Promise<void> {
    await rowsOf(this.#databaseUrl, EXPIRE, [diedAt]);
    await rowsOf(this.#databaseUrl, LET_SUPERVISE);
    if (!this.#isStarted) await this.#jobs.start();
    this.#isStarted = true;
    await this.#jobs.supervise();
    await this.retryNow();
  }
}
