import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AppName, ProcessName } from './apps.ts';

/** Where everything that the local system keeps has its place. */
export class DataDirectory {
  readonly root: string;
  readonly cluster: string;
  readonly logs: string;
  readonly clients: string;
  readonly lock: string;
  readonly #secrets: string;
  readonly #run: string;

  constructor(root: string) {
    this.root = root;
    this.cluster = join(root, 'postgres');
    this.logs = join(root, 'logs');
    this.clients = join(root, 'clients');
    this.#secrets = join(root, 'secrets');
    this.#run = join(root, 'run');
    this.lock = join(this.#run, 'start.lock');
  }

  /** Makes the directories that are missing, closed to other users. */
  async create(): Promise<void> {
    for (const path of [this.root, this.logs, this.clients, this.#secrets, this.#run]) {
      await mkdir(path, { recursive: true, mode: 0o700 });
    }
  }

  log(name: ProcessName): string {
    return join(this.logs, `${name}.log`);
  }

  pidFile(name: ProcessName): string {
    return join(this.#run, `${name}.pid`);
  }

  secret(name: string): string {
    return join(this.#secrets, name);
  }

  /** The secret of a worker, as a file of its own. */
  clientSecret(clientId: string): string {
    return this.secret(`${clientId}-client-secret`);
  }

  databaseUrl(app: AppName): string {
    return this.secret(`${app}-database-url`);
  }

  credentials(clientId: string): string {
    return join(this.clients, `${encodeURIComponent(clientId)}.json`);
  }
}
