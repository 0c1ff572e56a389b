import type { TestDatabase } from '@m2m/testing';
import type { CarefulClient } from '@m2m/tools/chaos';
import { demoRegistry } from '@m2m/tools/local-system';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from './credentials.js';
import { databaseFor } from './databases.js';
import { LoadBalancer } from './load-balancer.js';
import { runToEnd, startApp, type AppName, type RunningApp } from './processes.js';

interface Databases {
  readonly auth: TestDatabase;
  readonly orders: TestDatabase;
  readonly billing: TestDatabase;
}

/**
 * A system of a test's own with several processes of each app: auth-servers and APIs behind one address each,
 * and workers, all of an app on one database.
 */
export class ScaleOutSystem {
  readonly workers: RunningApp[] = [];
  private readonly servers: RunningApp[] = [];

  private constructor(
    private readonly issuer: LoadBalancer,
    private readonly api: LoadBalancer,
    private readonly directory: string,
    private readonly databases: Databases,
  ) {}

  /** Starts auth-servers and APIs; there is no worker yet. */
  static async start(replicas: number): Promise<ScaleOutSystem> {
    const system = new ScaleOutSystem(
      await LoadBalancer.start(),
      await LoadBalancer.start(),
      await mkdtemp(join(tmpdir(), 'm2m-scale-out-')),
      {
        auth: await databaseFor('auth-server'),
        orders: await databaseFor('orders-api'),
        billing: await databaseFor('billing-worker'),
      },
    );
    await system.provision();
    await system.startServers('auth-server', replicas, system.issuer, {
      AUTH_DATABASE_URL: system.databases.auth.url,
      AUTH_KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      OAUTH_ISSUER: system.issuer.url,
    });
    await system.startServers('orders-api', replicas, system.api, {
      ORDERS_DATABASE_URL: system.databases.orders.url,
      ORDERS_API_URL: system.api.url,
      OAUTH_ISSUER: system.issuer.url,
    });
    return system;
  }

  get databaseUrls() {
    return {
      'orders-api': this.databases.orders.url,
      'billing-worker': this.databases.billing.url,
    };
  }

  /** What a careful client needs of it. */
  get access(): Parameters<typeof CarefulClient.of>[0] {
    return {
      urls: { 'auth-server': this.issuer.url, 'orders-api': this.api.url },
      credentials: (clientId) => this.credentialsOf(clientId),
    };
  }

  /** How many requests of a method the APIs have got, all together. */
  apiRequests(method: string): number {
    return this.api.requests.get(method) ?? 0;
  }

  async startWorkers(count: number): Promise<void> {
    const { client_id, client_secret } = await this.credentialsOf('billing-worker');
    const environment = {
      BILLING_DATABASE_URL: this.databases.billing.url,
      BILLING_INTERVAL_SECONDS: '1',
      OAUTH_ISSUER: this.issuer.url,
      OAUTH_CLIENT_ID: client_id,
      OAUTH_CLIENT_SECRET: client_secret,
      ORDERS_API_URL: this.api.url,
    };
    const starting = Array.from({ length: count }, () =>
      startApp('billing-worker', environment, { until: '/health/ready' }),
    );
    this.workers.push(...(await Promise.all(starting)));
  }

  async stopWorkers(): Promise<void> {
    await Promise.all(this.workers.splice(0).map(({ process }) => process.stop()));
  }

  async stop(): Promise<void> {
    await this.stopWorkers();
    await Promise.all(this.servers.map(({ process }) => process.stop()));
    await this.issuer.stop();
    await this.api.stop();
    await this.databases.auth.drop();
    await this.databases.orders.drop();
    await this.databases.billing.drop();
    await rm(this.directory, { recursive: true, force: true });
  }

  private async startServers(
    app: AppName,
    count: number,
    balancer: LoadBalancer,
    environment: Readonly<Record<string, string>>,
  ): Promise<void> {
    const servers: RunningApp[] = [];
    for (let started = 0; started < count; started++) {
      servers.push(await startApp(app, environment, { until: '/health/live' }));
    }
    balancer.serve(servers.map(({ url }) => url));
    this.servers.push(...servers);
  }

  private async provision(): Promise<void> {
    const file = join(this.directory, 'registry.json');
    const urls = { 'auth-server': this.issuer.url, 'orders-api': this.api.url };
    await writeFile(file, JSON.stringify(demoRegistry({ urls })));
    const args = ['--registry', file, '--credentials-dir', this.directory];
    const variables = { AUTH_DATABASE_URL: this.databases.auth.url };
    const { code, output } = await runToEnd('auth-server', 'provision.js', variables, args);
    if (code !== 0) throw new Error(`the clients could not be registered: ${output}`);
  }

  private async credentialsOf(clientId: string): Promise<Credentials> {
    const file = await readFile(join(this.directory, `${clientId}.json`), 'utf8');
    return JSON.parse(file) as Credentials;
  }
}
