import { mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressesOf, resolvePorts } from '../local-system/addresses.ts';
import type { Environment } from '../local-system/app-environment.ts';
import type { AppName, AppRecord } from '../local-system/apps.ts';
import { DataDirectory } from '../local-system/data-directory.ts';
import type { LocalSystem } from '../local-system/local-system.ts';
import { startLocalSystem } from '../local-system/start-local-system.ts';
import { keepSecret } from '../local-system/secrets.ts';
import { writePrivateFile } from '../local-system/private-file.ts';
import { WORKSPACE_ROOT } from '../workspace/root.ts';
import { Ambushes } from './ambushes.ts';
import { rowsOf } from './database-query.ts';
import { DatabaseRelay } from './database-relay.ts';
import { HttpRelay } from './http-relay.ts';
import type { Passage } from './passage.ts';

export interface ChaosSystemOptions {
  /** Variables for the apps, besides those that the system itself needs. */
  readonly environment?: Partial<AppRecord<Environment>>;
  readonly signal?: AbortSignal | undefined;
}

/** Nobody reads the logs of the apps but after a failure. */
const COMMON: Environment = {
  LOG_LEVEL: 'warn',
  API_DOCS: 'off',
  // One for all runs: with an empty one, the first starts take twice as long.
  NODE_COMPILE_CACHE: new DataDirectory(join(WORKSPACE_ROOT, '.data')).compileCache,
};

/** What was committed survives the server's end all the same, if not the machine's. */
const FAST_RECOVERY = [
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
  readonly #local: LocalSystem;
  readonly #data: DataDirectory;
  readonly #relays: readonly (DatabaseRelay | HttpRelay)[];
  readonly #counts: PassageCounts;

  private constructor(
    local: LocalSystem,
    data: DataDirectory,
    relays: readonly (DatabaseRelay | HttpRelay)[],
    ambushes: Ambushes,
    counts: PassageCounts,
  ) {
    this.#local = local;
    this.#data = data;
    this.#relays = relays;
    this.ambushes = ambushes;
    this.#counts = counts;
  }

  /** Starts the database, the auth-server and the API; the worker is there to be started. */
  static async start({ environment = {}, signal }: ChaosSystemOptions = {}): Promise<ChaosSystem> {
    const data = new DataDirectory(await realpath(await mkdtemp(join(tmpdir(), 'm2m-chaos-'))));
    await data.create();
    const anyPorts = { 'auth-server': 0, 'orders-api': 0, 'billing-worker': 0 };
    const { ports, urls } = addressesOf(await resolvePorts(anyPorts, {}));
    const ambushes = new Ambushes();
    const counts = new PassageCounts();
    const watch = (passage: Passage) => {
      counts.count(passage);
      return ambushes.watch(passage);
    };
    const portOf = (app: AppName) => async () => {
      const url = new URL((await readFile(data.databaseUrl(app), 'utf8')).trim());
      return Number(url.port);
    };
    const relays = {
      workerDatabase: await DatabaseRelay.start('worker-database', portOf('billing-worker'), watch),
      apiDatabase: await DatabaseRelay.start('api-database', portOf('orders-api'), watch),
      api: await HttpRelay.start('orders-api', urls['orders-api'], watch),
      token: await HttpRelay.start('token-endpoint', urls['auth-server'], watch),
    };
    const all = Object.values(relays);
    try {
      const local = await startLocalSystem({
        dataDir: data.root,
        ports,
        apps: ['auth-server', 'orders-api'],
        environment: {
          'auth-server': { ...COMMON, ...environment['auth-server'] },
          'orders-api': {
            ...COMMON,
            ORDERS_DATABASE_URL_FILE: await relayedUrl(
              data,
              'orders-api',
              'orders',
              relays.apiDatabase,
            ),
            ...environment['orders-api'],
          },
          'billing-worker': {
            ...COMMON,
            BILLING_INTERVAL_SECONDS: '1',
            BILLING_DATABASE_URL_FILE: await relayedUrl(
              data,
              'billing-worker',
              'billing',
              relays.workerDatabase,
            ),
            ORDERS_API_URL: relays.api.url,
            ORDERS_API_AUDIENCE: urls['orders-api'],
            OAUTH_TOKEN_ENDPOINT: `${relays.token.url}/oauth2/token`,
            ...environment['billing-worker'],
          },
        },
        ...(signal && { signal }),
      });
      for (const setting of FAST_RECOVERY) await rowsOf(local.postgresSuperuserUrl, setting);
      return new ChaosSystem(local, data, all, ambushes, counts);
    } catch (error) {
      await Promise.all(all.map((relay) => relay.stop()));
      throw error;
    }
  }

  get local(): LocalSystem {
    return this.#local;
  }

  /** Where logs and data are. */
  get directory(): string {
    return this.#data.root;
  }

  /** How many requests like this one the worker has made so far, with or without success. */
  requests(method: string): number {
    return this.#counts.requests(method);
  }

  /** @param keep leaves logs and data for a look. */
  async stop({ keep = false } = {}): Promise<void> {
    await this.#local.stopAll();
    await Promise.all(this.#relays.map((relay) => relay.stop()));
    if (!keep) await rm(this.#data.root, { recursive: true, force: true });
  }
}

class PassageCounts {
  readonly #requests = new Map<string, number>();

  count({ line, moment, what }: Passage): void {
    if (line !== 'orders-api' || moment !== 'before') return;
    const method = what.slice(0, what.indexOf(' '));
    this.#requests.set(method, this.requests(method) + 1);
  }

  requests(method: string): number {
    return this.#requests.get(method) ?? 0;
  }
}

/** @returns a file with the URL of an app's database, by way of a relay. */
async function relayedUrl(
  data: DataDirectory,
  app: AppName,
  owner: string,
  relay: DatabaseRelay,
): Promise<string> {
  const file = data.secret(`${app}-relayed-database-url`);
  const password = await keepSecret(data.secret(`${app}-database-password`));
  await writePrivateFile(
    file,
    `postgres://${owner}:${password}@127.0.0.1:${relay.port}/${owner}\n`,
  );
  return file;
}
