import type { ProcessLock } from '../bootstrap/process-lock.mjs';
import type { Addresses } from './addresses.ts';
import { forEachApp } from './apps.ts';
import type { AppName, AppRecord, ProcessName } from './apps.ts';
import { readCredentials } from './client-credentials.ts';
import type { ClientCredentials } from './client-credentials.ts';
import type { DataDirectory } from './data-directory.ts';
import { processFailure } from './failure.ts';
import { STOP_ORDER } from './leftovers.ts';
import { LocalSystemError } from './local-system-error.ts';
import { logSize } from './log-file.ts';
import type { DatabaseOwner } from './postgres/databases.ts';
import { ownerUrl } from './postgres/postgres-url.ts';
import type { PostgresServer } from './postgres/server.ts';
import { isAppReady, waitUntilReady } from './readiness.ts';
import type { SupervisedProcess } from './supervised-process.ts';
import type { SystemReporter } from './system-reporter.ts';

const READY_MS = 60_000;

export interface LocalSystemContext {
  readonly data: DataDirectory;
  readonly addresses: Addresses;
  readonly lock: ProcessLock;
  readonly reporter: SystemReporter;
  readonly signal?: AbortSignal | undefined;
}

export interface LocalSystemParts {
  readonly databaseOwners: AppRecord<DatabaseOwner>;
  readonly postgres: PostgresServer;
  readonly apps: AppRecord<SupervisedProcess>;
}

/** The running system: where it answers, and its processes to be started, killed and stopped. */
export class LocalSystem {
  readonly #context: LocalSystemContext;
  readonly #parts: LocalSystemParts;
  #stopping: Promise<void> | undefined;
  readonly #killAtExit = () => this.killAll();

  constructor(context: LocalSystemContext, parts: LocalSystemParts) {
    this.#context = context;
    this.#parts = parts;
    process.once('exit', this.#killAtExit);
  }

  /** The base URL of each app; the auth-server's is also the issuer. */
  get urls(): AppRecord<string> {
    return this.#context.addresses.urls;
  }

  /** The URL of each app's database, as the role that owns it. */
  get databaseUrls(): AppRecord<string> {
    const { databaseOwners, postgres } = this.#parts;
    return forEachApp((app) => ownerUrl(postgres.port, databaseOwners[app]));
  }

  get postgresSuperuserUrl(): string {
    return this.#parts.postgres.url;
  }

  /** What a client of the registry authenticates with. */
  credentials(clientId: string): Promise<ClientCredentials> {
    return readCredentials(this.#context.data.credentials(clientId));
  }

  logFile(name: ProcessName): string {
    return this.#context.data.log(name);
  }

  /** The id of a process while it runs. */
  pid(name: ProcessName): number | undefined {
    return this.#process(name).pid;
  }

  /** Starts a process that does not run and waits until it is ready. */
  async start(name: ProcessName): Promise<void> {
    const { reporter, signal } = this.#context;
    await reporter.step(`starting ${name}`, `${name} ready`, () =>
      name === 'postgres' ? this.#parts.postgres.start(signal) : this.#startApp(name),
    );
  }

  /** Stops a process; unlike one that was killed it stays away until it is started. */
  stop(name: ProcessName): Promise<void> {
    return this.#process(name).stop();
  }

  /** Sends a signal. If it ends the process, it has ended on return, and will be started again. */
  kill(name: ProcessName, signal: NodeJS.Signals): Promise<void> {
    return this.#process(name).kill(signal);
  }

  /** Kills a process, at once, and leaves it dead until it is started. Resolves when it has ended. */
  async fell(name: ProcessName): Promise<void> {
    const victim = this.#process(name);
    victim.killNow('SIGKILL');
    await victim.exit;
  }

  /** Waits until a process is ready, after it was killed say. */
  async waitUntilReady(name: ProcessName, patienceMs = READY_MS): Promise<void> {
    const { signal } = this.#context;
    const probe = async () => this.pid(name) !== undefined && (await this.#isReady(name));
    const outcome = await waitUntilReady({ probe, patienceMs, signal });
    if (!outcome.ready) throw new LocalSystemError(`${name} ${outcome.why}`);
  }

  /** Stops everything, in its order, and gives up the data directory. */
  stopAll(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  /** Kills everything at once. The data survives: PostgreSQL recovers it at its next start. */
  killAll(): void {
    for (const name of STOP_ORDER) {
      // To PostgreSQL a SIGKILL would leave shared memory behind; SIGQUIT is as immediate.
      this.#process(name).killNow(name === 'postgres' ? 'SIGQUIT' : 'SIGKILL');
    }
  }

  async #stopAll(): Promise<void> {
    const { lock } = this.#context;
    lock.announceRelease();
    for (const name of STOP_ORDER) await this.stop(name);
    lock.release();
    process.off('exit', this.#killAtExit);
  }

  async #startApp(name: AppName): Promise<void> {
    const { data, signal } = this.#context;
    const app = this.#process(name);
    const logged = logSize(data.log(name));
    app.start();
    const outcome = await waitUntilReady({
      probe: () => this.#isReady(name),
      patienceMs: READY_MS,
      ended: app.exit,
      signal,
    });
    if (outcome.ready) {
      app.keepAlive();
      return;
    }
    await app.stop();
    throw processFailure(`${name} ${outcome.why}`, data.log(name), logged);
  }

  #isReady(name: ProcessName): Promise<boolean> {
    return name === 'postgres' ? this.#parts.postgres.isReady() : isAppReady(this.urls[name]);
  }

  #process(name: ProcessName): SupervisedProcess {
    return name === 'postgres' ? this.#parts.postgres.process : this.#parts.apps[name];
  }
}
