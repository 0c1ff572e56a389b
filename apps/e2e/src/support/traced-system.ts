import type { TestDatabase } from '@m2m/testing';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseFor } from './databases.js';
import { members, send } from './http.js';
import { basic, form, GRANT, type Credentials } from './oauth.js';
import { callOrders, newOrder, orderIn, type Order } from './orders.js';
import { OtlpReceiver } from './otlp-receiver.js';
import { freePort, runToEnd, startApp, type AppName, type RunningApp } from './processes.js';
import { Wiretap } from './wiretap.js';

/** What the collector asks for before it takes anything. */
export const COLLECTOR_KEY = 'key-of-the-collector';

/** A system of its own, three processes and their databases, that sends its traces to the test. */
export class TracedSystem {
  readonly apps: Partial<Record<AppName, RunningApp>> = {};
  readonly databases: Partial<Record<AppName, TestDatabase>> = {};
  readonly keyEncryptionKey = randomBytes(32).toString('base64');
  /** The client that places orders. */
  orderEntry!: Credentials;
  /** The client that the worker is. */
  worker!: Credentials;

  private constructor(
    readonly collector: OtlpReceiver,
    readonly apiUrl: string,
    private readonly issuerPort: number,
    private readonly issuerTap: Wiretap,
    private readonly directory: string,
  ) {}

  /** Starts authorization server and orders API; they are up, but nobody has called them yet. */
  static async start(): Promise<TracedSystem> {
    const issuerPort = await freePort();
    const issuerTap = await Wiretap.start(issuerPort);
    const apiUrl = `http://localhost:${await freePort()}`;
    const directory = await mkdtemp(join(tmpdir(), 'm2m-traced-'));
    const collector = await OtlpReceiver.start();
    const system = new TracedSystem(collector, apiUrl, issuerPort, issuerTap, directory);
    await system.provision();
    await system.startApp('auth-server', { AUTH_KEY_ENCRYPTION_KEY: system.keyEncryptionKey });
    await system.startApp('orders-api', {});
    return system;
  }

  /** Where all others reach the authorization server: its answers are listened to on the way. */
  get issuer(): string {
    return `http://localhost:${this.issuerTap.port}`;
  }

  /** All tokens that the authorization server has issued, to the test as well as to the worker. */
  get issuedTokens(): string[] {
    return this.issuerTap.find(/"access_token":"([^"]+)"/g);
  }

  /** Starts the worker, whose first run follows at once; the next one would take an hour. */
  async startWorker(): Promise<void> {
    await this.startApp('billing-worker', {
      BILLING_INTERVAL_SECONDS: '3600',
      OAUTH_CLIENT_ID: this.worker.client_id,
      OAUTH_CLIENT_SECRET: this.worker.client_secret,
    });
  }

  async accessToken(): Promise<string> {
    const answer = await send(`${this.issuer}/oauth2/token`, {
      method: 'POST',
      headers: {
        authorization: basic(this.orderEntry),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: form({ ...GRANT, resource: this.apiUrl }),
    });
    return String(members(answer)['access_token']);
  }

  async placeOrder(token: string): Promise<Order> {
    const headers = { 'idempotency-key': randomBytes(8).toString('hex') };
    const request = { method: 'POST', token, body: newOrder(), headers };
    return orderIn(await callOrders('/orders', request, this.apiUrl), 201);
  }

  /** The lines that an app has logged for requests and runs. */
  log(app: AppName): Record<string, unknown>[] {
    const lines = this.apps[app]?.process.output.split('\n') ?? [];
    return lines
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Stops the processes, which then have exported all their spans, and returns their exit codes. */
  async stopApps(): Promise<(number | null)[]> {
    return Promise.all(Object.values(this.apps).map(({ process }) => process.stop()));
  }

  async stop(): Promise<void> {
    await this.stopApps();
    await this.issuerTap.stop();
    await this.collector.stop();
    for (const database of Object.values(this.databases)) await database.drop();
    await rm(this.directory, { recursive: true, force: true });
  }

  private async startApp(app: AppName, environment: Record<string, string>): Promise<void> {
    const database = await this.database(app);
    this.apps[app] = await startApp(
      app,
      {
        [DATABASE_VARIABLE[app]]: database.url,
        OAUTH_ISSUER: this.issuer,
        ORDERS_API_URL: this.apiUrl,
        OTEL_EXPORTER_OTLP_ENDPOINT: this.collector.url,
        OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${COLLECTOR_KEY}`,
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
        ...environment,
      },
      { port: await this.portOf(app) },
    );
  }

  private async portOf(app: AppName): Promise<number> {
    if (app === 'auth-server') return this.issuerPort;
    return app === 'orders-api' ? Number(new URL(this.apiUrl).port) : freePort();
  }

  private async database(app: AppName): Promise<TestDatabase> {
    return (this.databases[app] ??= await databaseFor(app));
  }

  private async provision(): Promise<void> {
    const registry = join(this.directory, 'registry.json');
    await writeFile(registry, JSON.stringify(registryFor(this.apiUrl)));
    const { url } = await this.database('auth-server');
    const args = ['--registry', registry, '--credentials-dir', this.directory];
    const environment = { AUTH_DATABASE_URL: url };
    const { code, output } = await runToEnd('auth-server', 'provision.js', environment, args);
    if (code !== 0) throw new Error(`the clients could not be registered: ${output}`);
    this.orderEntry = await this.credentials('order-entry');
    this.worker = await this.credentials('billing-worker');
  }

  private async credentials(clientId: string): Promise<Credentials> {
    const file = join(this.directory, `${clientId}.json`);
    return JSON.parse(await readFile(file, 'utf8')) as Credentials;
  }
}

const DATABASE_VARIABLE = {
  'auth-server': 'AUTH_DATABASE_URL',
  'orders-api': 'ORDERS_DATABASE_URL',
  'billing-worker': 'BILLING_DATABASE_URL',
} as const;

function registryFor(apiUrl: string) {
  const client = (client_id: string, scope: string) => ({
    client_id,
    client_name: client_id,
    token_endpoint_auth_method: 'client_secret_basic',
    scope,
  });
  const scopes = ['orders:read', 'orders:write', 'orders:bill'];
  return {
    resource_servers: [
      {
        identifier: apiUrl,
        name: 'orders-api',
        scopes: scopes.map((name) => ({ name, description: name })),
      },
    ],
    clients: [
      client('order-entry', 'orders:read orders:write'),
      client('billing-worker', 'orders:read orders:bill'),
    ],
  };
}
