import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import type { AppName } from '../../local-system/index.ts';
import { appEnvironment } from '../../local-system/app-environment.ts';
import { APPS } from '../../local-system/apps.ts';
import { builtProgram, NODE_FLAGS } from '../../local-system/built-program.ts';
import { DataDirectory } from '../../local-system/data-directory.ts';
import { openLog } from '../../local-system/log-file.ts';
import { findFreePort } from '../../local-system/ports.ts';
import { isAppReady, waitUntilReady } from '../../local-system/readiness.ts';
import { BenchError } from '../bench-error.ts';
import { pinProcess } from '../machine/cores.ts';
import type { MeasuredSystem } from './measured-system.ts';

const READY_MS = 30_000;

export interface ReplicaOptions {
  readonly app: AppName;
  readonly cores: readonly number[] | undefined;
  /** Instead of the app's own program. */
  readonly program?: string;
  /** Variables besides those that the app is configured by. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A further process of an app, configured as the first one is, on a port of its own and with a log of its own. */
export class Replica {
  readonly port: number;
  readonly #child: ChildProcess;

  static async start(measured: MeasuredSystem, options: ReplicaOptions): Promise<Replica> {
    const { app, cores, program = builtProgram(app, 'main.js'), environment } = options;
    const port = await findFreePort();
    const { dataDir, system } = measured;
    const addresses = { ports: measured.ports, urls: system.urls };
    const own = appEnvironment(app, addresses, new DataDirectory(dataDir), process.env);
    const log = openLog(join(dataDir, `logs/${app}-${port}.log`));
    const args = [...NODE_FLAGS, program];
    const env = { ...own, ...environment, [APPS[app].portVariable]: String(port) };
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', log, log] });
    closeSync(log);
    const replica = new Replica(child, port);
    await replica.#untilReady(app);
    await pinProcess(replica.pid, cores);
    return replica;
  }

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    process.once('exit', this.#killAtExit);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** It is stopped in its tracks meanwhile, so that its code stays compiled. */
  async whileItRests<T>(work: () => Promise<T>): Promise<T> {
    this.#child.kill('SIGSTOP');
    try {
      return await work();
    } finally {
      this.#child.kill('SIGCONT');
    }
  }

  async stop(): Promise<void> {
    process.off('exit', this.#killAtExit);
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  readonly #killAtExit = () => {
    this.#child.kill('SIGKILL');
  };

  async #untilReady(app: AppName): Promise<void> {
    const outcome = await waitUntilReady({
      probe: () => isAppReady(`http://localhost:${this.port}`),
      patienceMs: READY_MS,
      ended: once(this.#child, 'exit').then(([code]) => `exit code ${code}`),
    });
    if (outcome.ready) return;
    await this.stop();
    throw new BenchError(`a further ${app} ${outcome.why}`);
  }
}
