import type { TestDatabase } from '@m2m/testing';
import { demoRegistry } from '@m2m/tools/local-system';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from './credentials.js';
import { databaseFor } from './databases.js';
import { noteSecret } from './oauth.js';
import { freePort, runToEnd, startApp, type RunningApp } from './processes.js';
import { tokenIn, tokenRequest } from './replicated-system.js';
import { Wiretap } from './wiretap.js';

interface Databases {
  readonly auth: TestDatabase;
  readonly orders: TestDatabase;
  readonly billing: TestDatabase;
}

const UNTIL_READY = { until: '/health/ready' };

/**
 * A system of a test's own whose auth-server can be killed, and whose worker reaches the API by a line that keeps
 * every answer.
 */
export class OutageSystem {
  private readonly keyEncryptionKey = randomBytes(32).toString('base64');
  private authServer: RunningApp | undefined;
  private api: RunningApp | undefined;
  private runningWorker: RunningApp | undefined;

  private constructor(
    readonly issuer: string,
    readonly apiUrl: string,
    private readonly lifetimeSeconds: number,
    private readonly line: Wiretap,
    private readonly directory: string,
    private readonly databases: Databases,
  ) {}

  /**
   * Starts everything, the worker last, so that its token is new.
   *
   * @param lifetimeSeconds of access tokens.
   */
  static async start(lifetimeSeconds: number): Promise<OutageSystem> {
    const apiPort = await freePort();
    const system = new OutageSystem(
      `http://localhost:${await freePort()}`,
      `http://localhost:${apiPort}`,
      lifetimeSeconds,
      await Wiretap.start(apiPort),
      await mkdtemp(join(tmpdir(), 'm2m-outage-')),
      {
        auth: await databaseFor('auth-server'),
        orders: await databaseFor('orders-api'),
        billing: await databaseFor('billing-worker'),
      },
    );
    await system.provision();
    await system.startAuthServer();
    await system.startApi(apiPort);
    await system.startWorker();
    return system;
  }

  get billingDatabaseUrl(): string {
    return this.databases.billing.url;
  }

  get worker(): RunningApp {
    if (!this.runningWorker) throw new Error('the worker was not started');
    return this.runningWorker;
  }

  /** The status of every answer of the API to the worker. */
  get answersToWorker(): number[] {
    return this.line.find(/HTTP\/1\.1 (\d{3})/g).map(Number);
  }

  /** How many of the worker's runs have ended with an error. */
  get failedRuns(): number {
    return this.worker.process.output.split('"event":"billing.run.failed"').length - 1;
  }

  /** The token of a client that reads and places orders. */
  async entryToken(): Promise<string> {
    const token = tokenIn(await tokenRequest(this.issuer, await this.credentialsOf('order-entry')));
    noteSecret(token);
    return token;
  }

  async killAuthServer(): Promise<void> {
    this.authServer?.process.signal('SIGKILL');
    await this.authServer?.process.exit;
  }

  async startAuthServer(): Promise<void> {
    const environment = {
      AUTH_DATABASE_URL: this.databases.auth.url,
      AUTH_KEY_ENCRYPTION_KEY: this.keyEncryptionKey,
      OAUTH_ISSUER: this.issuer,
      ACCESS_TOKEN_LIFETIME_SECONDS: String(this.lifetimeSeconds),
    };
    const port = Number(new URL(this.issuer).port);
    this.authServer = await startApp('auth-server', environment, { ...UNTIL_READY, port });
  }

  async stop(): Promise<void> {
    await this.runningWorker?.process.stop();
    await this.api?.process.stop();
    await this.authServer?.process.stop();
    await this.line.stop();
    await this.databases.auth.drop();
    await this.databases.orders.drop();
    await this.databases.billing.drop();
    await rm(this.directory, { recursive: true, force: true });
  }

  private async startApi(port: number): Promise<void> {
    const environment = {
      ORDERS_DATABASE_URL: this.databases.orders.url,
      ORDERS_API_URL: this.apiUrl,
      OAUTH_ISSUER: this.issuer,
    };
    this.api = await startApp('orders-api', environment, { ...UNTIL_READY, port });
  }

  private async startWorker(): Promise<void> {
    const { client_id, client_secret } = await this.credentialsOf('billing-worker');
    const environment = {
      BILLING_DATABASE_URL: this.billingDatabaseUrl,
      BILLING_INTERVAL_SECONDS: '1',
      OAUTH_ISSUER: this.issuer,
      OAUTH_CLIENT_ID: client_id,
      OAUTH_CLIENT_SECRET: client_secret,
      ORDERS_API_URL: `http://localhost:${this.line.port}`,
      ORDERS_API_AUDIENCE: this.apiUrl,
    };
    this.runningWorker = await startApp('billing-worker', environment, UNTIL_READY);
  }

  private async provision(): Promise<void> {
    const file = join(this.directory, 'registry.json');
    const urls = { 'auth-server': this.issuer, 'orders-api': this.apiUrl };
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
