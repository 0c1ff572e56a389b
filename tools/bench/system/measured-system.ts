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
  /** Puts into the databases what is to be there when the apps start, before the database has its processor. */
  readonly fill?: (system: LocalSystem) => Promise<void>;
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
    { apps, fill, ...options }: MeasuredSystemOptions,
  ): Promise<MeasuredSystem> {
    const dataDir = mkdtempSync(join(tmpdir(), 'm2m-bench-'));
    const ports = forEachApp(() => 0);
    const system = await startLocalSystem({ dataDir, ports, signal, ...options, apps: [] }).catch(
      (error: unknown) => {
        rmSync(dataDir, { recursive: true, force: true });
        throw error;
      },
    );
    const measured = new MeasuredSystem(system, dataDir, cores);
    try {
      await fill?.(system);
      // Before the apps, so that what serves their connections is where the database is.
      await pinWithChildren(system.pid('postgres') ?? 0, cores.database);
      await Promise.all(apps.map((app) => measured.start(app)));
      return measured;
    } catch (error) {
      await measured.remove();
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
