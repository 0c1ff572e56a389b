import type { ChildProcess } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { Backoff } from './backoff.ts';
import { explain } from './local-system-error.ts';

/** A signal to stop a process by, and how long it has before the next, harsher one. */
export interface StopStage {
  readonly signal: NodeJS.Signals;
  readonly patienceMs: number;
}

export interface SupervisedProcessOptions {
  readonly name: string;
  readonly pidFile: string;
  readonly spawn: () => ChildProcess;
  readonly stopStages: readonly StopStage[];
  /** Told, in words for a person, when the process has died and when it was started again. */
  readonly notice: (message: string) => void;
}

const FATAL_SIGNALS: readonly NodeJS.Signals[] = ['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGQUIT'];

/**
 * A child process that is started again whenever it dies, once it has been found good. Until then
 * its death is the starter's to explain, and afterwards its end is wanted only by `stop`.
 */
export class SupervisedProcess {
  readonly #options: SupervisedProcessOptions;
  readonly #backoff = new Backoff();
  #child: ChildProcess | undefined;
  #exit: Promise<string> = Promise.resolve('never started');
  #startedAt = 0;
  #restartsWhenDead = false;
  #restartTimer: NodeJS.Timeout | undefined;

  constructor(options: SupervisedProcessOptions) {
    this.#options = options;
  }

  /** The id of the process while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when the process that runs now has ended, with how it ended. */
  get exit(): Promise<string> {
    return this.#exit;
  }

  /** Starts the process. Fails if it cannot be spawned. */
  start(): void {
    const child = this.#options.spawn();
    this.#child = child;
    this.#startedAt = performance.now();
    this.#exit = new Promise((resolve) => {
      const onEnd = (how: string) => {
        if (this.#child === child) this.#afterExit(how);
        resolve(how);
      };
      child.once('exit', (code, signal) =>
        onEnd(signal ? `killed by ${signal}` : `exit code ${code}`),
      );
      child.once('error', (error) => onEnd(explain(error) ?? error.message));
    });
    this.#writePidFile(child.pid);
  }

  /** From now on the process is started again when it dies. */
  keepAlive(): void {
    this.#restartsWhenDead = true;
  }

  /** Stops the process for good, by harsher and harsher signals. */
  async stop(): Promise<void> {
    this.#restartsWhenDead = false;
    clearTimeout(this.#restartTimer);
    for (const { signal, patienceMs } of this.#options.stopStages) {
      if (this.#child === undefined) return;
      this.#child.kill(signal);
      await Promise.race([this.#exit, patience(patienceMs)]);
    }
  }

  /** Sends a signal; if it is one that ends a process, waits until that has happened. */
  async kill(signal: NodeJS.Signals): Promise<void> {
    this.#child?.kill(signal);
    if (FATAL_SIGNALS.includes(signal)) await this.#exit;
  }

  /** Ends the process at once and leaves it dead, without waiting for it. */
  killNow(signal: NodeJS.Signals): void {
    this.#restartsWhenDead = false;
    clearTimeout(this.#restartTimer);
    this.#child?.kill(signal);
  }

  /** A full disk must not make a process that runs count as one that was not started. */
  #writePidFile(pid: number | undefined): void {
    const { pidFile, notice } = this.#options;
    try {
      rmSync(pidFile, { force: true });
      if (pid !== undefined) writeFileSync(pidFile, `${pid}\n`);
    } catch (error) {
      notice(explain(error) ?? String(error));
    }
  }

  #afterExit(how: string): void {
    this.#child = undefined;
    this.#writePidFile(undefined);
    if (this.#restartsWhenDead) this.#restartAfter(how);
  }

  #restartAfter(how: string): void {
    const ranMs = performance.now() - this.#startedAt;
    this.#options.notice(`${this.#options.name} has died (${how}); starting it again`);
    this.#restartTimer = setTimeout(() => this.#restart(), this.#backoff.next(ranMs));
  }

  #restart(): void {
    try {
      this.start();
      this.#options.notice(`${this.#options.name} was started again, process ${this.pid}`);
    } catch (error) {
      this.#startedAt = performance.now();
      this.#restartAfter(explain(error) ?? String(error));
    }
  }
}

function patience(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
