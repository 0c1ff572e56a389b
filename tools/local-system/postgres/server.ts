import { closeSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { processFailure } from '../failure.ts';
import { LocalSystemError } from '../local-system-error.ts';
import { logSize, openLog } from '../log-file.ts';
import { findFreePort } from '../ports.ts';
import { waitUntilReady } from '../readiness.ts';
import { POSTGRES_STOP_STAGES } from '../stop-stages.ts';
import { SupervisedProcess } from '../supervised-process.ts';
import type { PostgresBinaries } from './binaries.ts';
import type { Launcher } from './launcher.ts';
import { postgresEnvironment } from './postgres-environment.ts';
import { superuserUrl } from './postgres-url.ts';
import { superuserClient } from './superuser-client.ts';
import { clearStalePostmaster } from './stale-postmaster.ts';

const READY_MS = 60_000;
const START_ATTEMPTS = 6;
const RETRY_MS = 500;
const INVALID_PASSWORD = '28P01';

/** Causes that are gone at the next attempt: another port, or the last orphan of a crash gone. */
const PASSING_CAUSES =
  /Address already in use|pre-existing shared memory block|lock file .* already exists/;

export interface PostgresServerOptions {
  readonly cluster: string;
  readonly binaries: PostgresBinaries;
  readonly launcher: Launcher;
  readonly superuserPassword: string;
  readonly log: string;
  readonly pidFile: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly notice: (message: string) => void;
}

/** The embedded PostgreSQL server as a process that is kept running, always at the same port. */
export class PostgresServer {
  readonly process: SupervisedProcess;
  readonly #options: PostgresServerOptions;
  #port = 0;

  constructor(options: PostgresServerOptions) {
    this.#options = options;
    this.process = new SupervisedProcess({
      name: 'postgres',
      pidFile: options.pidFile,
      spawn: () => this.#spawn(),
      stopStages: POSTGRES_STOP_STAGES,
      notice: options.notice,
    });
  }

  get port(): number {
    return this.#port;
  }

  /** The superuser's URL of the database `postgres`. */
  get url(): string {
    return superuserUrl(this.#port, this.#options.superuserPassword);
  }

  /** Starts the server and waits until it takes connections. */
  async start(signal?: AbortSignal): Promise<void> {
    await clearStalePostmaster(this.#options.cluster);
    const isFirstStart = this.#port === 0;
    for (let attempt = 1; ; attempt++) {
      if (isFirstStart) this.#port = await findFreePort();
      const logged = logSize(this.#options.log);
      this.process.start();
      const outcome = await waitUntilReady({
        probe: () => this.isReady(),
        patienceMs: READY_MS,
        ended: this.process.exit,
        signal,
      });
      if (outcome.ready) break;
      await this.process.stop();
      const failure = processFailure(`PostgreSQL ${outcome.why}`, this.#options.log, logged);
      if (attempt === START_ATTEMPTS || !PASSING_CAUSES.test(failure.message)) throw failure;
      await sleep(RETRY_MS * attempt, undefined, { signal });
    }
    this.process.keepAlive();
  }

  /** Whether the server takes connections. */
  async isReady(): Promise<boolean> {
    const client = superuserClient(this.url);
    try {
      await client.connect();
      await client.end();
      return true;
    } catch (error) {
      if (error instanceof pg.DatabaseError && error.code === INVALID_PASSWORD) {
        throw new LocalSystemError(
          'the password in secrets/ does not open the database cluster beside it: ' +
            'put the right one back, or remove the data directory for a fresh system',
        );
      }
      return false;
    }
  }

  #spawn(): ChildProcess {
    const { binaries, cluster, launcher, settings } = this.#options;
    const log = openLog(this.#options.log);
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const args = ['-D', cluster, '-p', String(this.#port), ...options];
    try {
      return launcher.spawn(binaries.postgres, args, {
        cwd: '/',
        env: postgresEnvironment(),
        detached: true,
        stdio: ['ignore', log, log],
      });
    } finally {
      closeSync(log);
    }
  }
}
