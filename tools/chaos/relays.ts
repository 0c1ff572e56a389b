import { readFile } from 'node:fs/promises';
import type { Addresses } from '../local-system/addresses.ts';
import type { Environment } from '../local-system/app-environment.ts';
import { APPS } from '../local-system/apps.ts';
import type { AppName } from '../local-system/apps.ts';
import type { DataDirectory } from '../local-system/data-directory.ts';
import { writePrivateFile } from '../local-system/private-file.ts';
import { keepSecret } from '../local-system/secrets.ts';
import { DatabaseRelay } from './database-relay.ts';
import { HttpRelay } from './http-relay.ts';
import type { Watch } from './passage.ts';

/** The relays of a system, one on each line. */
export class Relays {
  readonly #data: DataDirectory;
  readonly #ordersApiUrl: string;
  readonly #workerDatabase: DatabaseRelay;
  readonly #apiDatabase: DatabaseRelay;
  readonly #ordersApi: HttpRelay;
  readonly #token: HttpRelay;

  private constructor(
    data: DataDirectory,
    ordersApiUrl: string,
    relays: readonly [DatabaseRelay, DatabaseRelay, HttpRelay, HttpRelay],
  ) {
    this.#data = data;
    this.#ordersApiUrl = ordersApiUrl;
    [this.#workerDatabase, this.#apiDatabase, this.#ordersApi, this.#token] = relays;
  }

  /** Starts them, before what they lead to. */
  static async start({ urls }: Addresses, data: DataDirectory, watch: Watch): Promise<Relays> {
    return new Relays(data, urls['orders-api'], [
      await DatabaseRelay.start('worker-database', portOf('billing-worker', data), watch),
      await DatabaseRelay.start('api-database', portOf('orders-api', data), watch),
      await HttpRelay.start('orders-api', urls['orders-api'], watch),
      await HttpRelay.start('token-endpoint', urls['auth-server'], watch),
    ]);
  }

  /** By which orders-api reaches its database this way. */
  async ordersApiEnvironment(): Promise<Environment> {
    return { ORDERS_DATABASE_URL_FILE: await this.#urlFile('orders-api', this.#apiDatabase) };
  }

  /** By which billing-worker reaches everything this way. */
  async workerEnvironment(): Promise<Environment> {
    return {
      BILLING_DATABASE_URL_FILE: await this.#urlFile('billing-worker', this.#workerDatabase),
      ORDERS_API_URL: this.#ordersApi.url,
      ORDERS_API_AUDIENCE: this.#ordersApiUrl,
      OAUTH_TOKEN_ENDPOINT: `${this.#token.url}/oauth2/token`,
    };
  }

  async stop(): Promise<void> {
    const all = [this.#workerDatabase, this.#apiDatabase, this.#ordersApi, this.#token];
    await Promise.all(all.map((relay) => relay.stop()));
  }

  /** @returns a file with the URL of an app's database, by way of a relay. */
  async #urlFile(app: AppName, relay: DatabaseRelay): Promise<string> {
    const file = this.#data.secret(`${app}-relayed-database-url`);
    const password = await keepSecret(this.#data.secret(`${app}-database-password`));
    const { database } = APPS[app];
    await writePrivateFile(
      file,
      `postgres://${database}:${password}@127.0.0.1:${relay.port}/${database}\n`,
    );
    return file;
  }
}

/** Where the database is, which is not known before it has been started. */
function portOf(app: AppName, data: DataDirectory): () => Promise<number> {
  return async () => Number(new URL((await readFile(data.databaseUrl(app), 'utf8')).trim()).port);
}
