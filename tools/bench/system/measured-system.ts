import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalSystem } from '../../local-system/index.ts';
import { forEachApp } from '../../local-system/apps.ts';
import type {
  AppName,
  AppRecord,
  LocalSystem,
  LocalSystemOptions,
  Registry,
} from '../../local-system/index.ts';
import { pinProcess, pinWithChildren, type Cores } from '../machine/cores.ts';
import type { BenchContext } from '../part.ts';

export interface MeasuredSystemOptions {
  readonly apps: readonly AppName[];
  readonly extraRegistry?: Registry;
  readonly environment?: LocalSystemOptions['environment'];
}

/**
 * The apps as they are shipped, as `npm start` starts them: real processes over a real PostgreSQL, with the
 * log on and the throttle on, in a directory that is removed afterwards.
 */
export class MeasuredSystem {
  readonly system: LocalSystem;
  readonly dataDir: string;
  readonly #cores: Cores;

  static async start(
    { cores, signal }: Pick<BenchContext, 'cores' | 'signal'>,
    options: MeasuredSystemOptions,
  ): Promise<MeasuredSystem> {
    const dataDir = mkdtempSync(join(tmpdir(), 'm2m-bench-'));
    const ports = forEachApp(() => 0);
    const removeFiles = () => rmSync(dataDir, { recursive: true, force: true });
    try {
      const system = await startLocalSystem({ dataDir, ports, signal, ...options, apps: [] });
      const measured = new MeasuredSystem(system, dataDir, cores);
      // First, so that what serves the apps' connections is where the database is.
      await pinWithChildren(system.pid('postgres') ?? 0, cores.database);
      await Promise.all(options.apps.map((app) => measured.start(app)));
      return measured;
    } catch (error) {
      removeFiles();
      throw error;
    }
  }

  private constructor(system: LocalSystem, dataDir: string, cores: Cores) {
    this.system = system;
    this.dataDir = dataDir;
    this.#cores = cores;
    process.once('exit', this.#removeFiles);
  }

  get ports(): AppRecord<number> {
    return forEachApp((app) => this.port(app));
  }

  port(app: AppName): number {
    return Number(new URL(this.system.urls[app]).port);
  }

  pid(app: AppName): number {
    return this.system.pid(app) ?? 0;
  }

  /** Starts an app, on the processor that servers are measured on if no other is named. */
  async start(app: AppName, cores = this.#cores.server): Promise<void> {
    await this.system.start(app);
    await pinProcess(this.pid(app), cores);
  }

  async remove(): Promise<void> {
    await this.system.stopAll();
    process.off('exit', this.#removeFiles);
    this.#removeFiles();
  }

  readonly #removeFiles = () => rmSync(this.dataDir, { recursive: true, force: true });
}
