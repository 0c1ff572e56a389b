import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressesOf, resolvePorts } from '../local-system/addresses.ts';
import type { Environment } from '../local-system/app-environment.ts';
import { forEachApp } from '../local-system/apps.ts';
import type { AppRecord } from '../local-system/apps.ts';
import { DataDirectory } from '../local-system/data-directory.ts';
import type { LocalSystem } from '../local-system/local-system.ts';
import { startLocalSystem } from '../local-system/start-local-system.ts';
import { Ambushes } from './ambushes.ts';
import { rowsOf } from './database-query.ts';
import { PassageCounts } from './passage-counts.ts';
import { Relays } from './relays.ts';

export interface ChaosSystemOptions {
  /** Variables for the apps, besides those that the system itself needs. */
  readonly environment?: Partial<AppRecord<Environment>>;
  readonly signal?: AbortSignal | undefined;
}

const ANY_PORTS = forEachApp(() => 0);

/** Nobody reads the logs of the apps but after a failure. */
const COMMON: Environment = {
  LOG_LEVEL: 'warn',
  API_DOCS: 'off',
};

/** What was committed survives the server's end all the same, if not the machine's. */
const QUICK_RECOVERY = [
  'ALTER SYSTEM SET fsync = off',
  'ALTER SYSTEM SET full_page_writes = off',
  // Fewer processes to start each time.
  `ALTER SYSTEM SET io_method = 'sync'`,
  'ALTER SYSTEM SET autovacuum = off',
  'ALTER SYSTEM SET max_logical_replication_workers = 0',
  'SELECT pg_reload_conf()',
];

/**
 * A system of its own whose processes are killed and started by whoever has it, and where all that the worker
 * sends, and all that the API sends to its database, passes relays that can be ambushed.
 */
export class ChaosSystem {
  readonly ambushes: Ambushes;
  readonly local: LocalSystem;
  readonly #data: DataDirectory;
  readonly #relays: Relays;
  readonly #counts: PassageCounts;

  private constructor(
    local: LocalSystem,
    data: DataDirectory,
    relays: Relays,
    ambushes: Ambushes,
    counts: PassageCounts,
  ) {
    this.local = local;
    this.#data = data;
    this.#relays = relays;
    this.ambushes = ambushes;
    this.#counts = counts;
  }

  /** Starts the database, the auth-server and the API; the worker is there to be started. */
  static async start(options: ChaosSystemOptions = {}): Promise<ChaosSystem> {
    const data = new DataDirectory(await realpath(await mkdtemp(join(tmpdir(), 'm2m-chaos-'))));
    await data.create();
    const addresses = addressesOf(await resolvePorts(ANY_PORTS, {}));
    const ambushes = new Ambushes();
    const counts = new PassageCounts();
    const relays = await Relays.start(addresses, data, (passage) => {
      counts.count(passage);
      return ambushes.watch(passage);
    });
    try {
      const { ports } = addresses;
      const local = await startLocalSystem({
        dataDir: data.root,
        ports,
        apps: ['auth-server', 'orders-api'],
        environment: await environments(relays, options),
        ...(options.signal && { signal: options.signal }),
      });
      for (const setting of QUICK_RECOVERY) await rowsOf(local.postgresSuperuserUrl, setting);
      return new ChaosSystem(local, data, relays, ambushes, counts);
    } catch (error) {
      await relays.stop();
      await rm(data.root, { recursive: true, force: true });
      throw error;
    }
  }

  /** Where logs and data are. */
  get directory(): string {
    return this.#data.root;
  }

  /** How many requests with this method the worker has made to the API, with or without success. */
  requests(method: string): number {
    return this.#counts.requests(method);
  }

  /** @param keep leaves logs and data for a look. */
  async stop({ keep = false } = {}): Promise<void> {
    await this.local.stopAll();
    await this.#relays.stop();
    if (!keep) await rm(this.#data.root, { recursive: true, force: true });
  }
}

async function environments(
  relays: Relays,
  { environment = {} }: ChaosSystemOptions,
): Promise<Partial<AppRecord<Environment>>> {
  return {
    'auth-server': { ...COMMON, ...environment['auth-server'] },
    'orders-api': {
      ...COMMON,
      ...(await relays.ordersApiEnvironment()),
      ...environment['orders-api'],
    },
    'billing-worker': {
      ...COMMON,
      BILLING_INTERVAL_SECONDS: '1',
      ...(await relays.workerEnvironment()),
      ...environment['billing-worker'],
    },
  };
}
