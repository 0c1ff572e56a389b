import type { TestDatabase } from '@m2m/testing';
import { databaseFor } from './databases.js';
import { ForeignIssuer, type AuthMethod } from './foreign-issuer.js';
import { callOrders, placeOrderAt, type ApiRequest, type Order } from './orders.js';
import type { Answer } from './http.js';
import { freePort, startApp, type Environment, type RunningApp } from './processes.js';

/** An API that the issuer makes tokens for as well, and that is not the orders-api. */
export const OTHER_API = 'https://stock.example';

export interface ForeignSystemOptions {
  /** How the worker authenticates. */
  readonly method: AuthMethod;
  /** Of the issuer's URL. */
  readonly path: string;
}

/** An orders-api and a billing-worker that go, by configuration alone, by an authorization server of others. */
export class ForeignSystem {
  private constructor(
    readonly issuer: ForeignIssuer,
    readonly api: RunningApp,
    readonly worker: RunningApp,
    private readonly ordersDatabase: TestDatabase,
    private readonly billingDatabase: TestDatabase,
  ) {}

  static async start({ method, path }: ForeignSystemOptions): Promise<ForeignSystem> {
    const port = await freePort();
    const apiUrl = `http://localhost:${port}`;
    const issuer = await ForeignIssuer.start({
      path,
      apis: [apiUrl, OTHER_API],
      clients: [
        { id: 'billing-worker', method, scope: 'orders:read orders:bill' },
        { id: 'order-entry', method: 'client_secret_basic', scope: 'orders:read orders:write' },
      ],
    });
    const ordersDatabase = await databaseFor('orders-api');
    const billingDatabase = await databaseFor('billing-worker');
    const common = { OAUTH_ISSUER: issuer.url, ORDERS_API_URL: apiUrl };
    const until = '/health/ready';
    const api = await startApp(
      'orders-api',
      { ...common, ORDERS_DATABASE_URL: ordersDatabase.url },
      { port, until },
    );
    const worker = await startApp(
      'billing-worker',
      {
        ...common,
        BILLING_DATABASE_URL: billingDatabase.url,
        BILLING_INTERVAL_SECONDS: '1',
        ...(await credentialsFor(issuer, method)),
      },
      { until },
    );
    return new ForeignSystem(issuer, api, worker, ordersDatabase, billingDatabase);
  }

  get billingDatabaseUrl(): string {
    return this.billingDatabase.url;
  }

  /** The token of a client that reads and places orders. */
  entryToken(): Promise<string> {
    return this.issuer.token('order-entry', { resource: this.api.url });
  }

  call(path: string, request: ApiRequest): Promise<Answer> {
    return callOrders(path, request, this.api.url);
  }

  async placeOrders(count: number): Promise<Order[]> {
    const token = await this.entryToken();
    return Promise.all(Array.from({ length: count }, () => placeOrderAt(this.api.url, token)));
  }

  async stop(): Promise<void> {
    await Promise.all([this.worker.process.stop(), this.api.process.stop()]);
    await this.issuer.stop();
    await this.ordersDatabase.drop();
    await this.billingDatabase.drop();
  }
}

async function credentialsFor(issuer: ForeignIssuer, method: AuthMethod): Promise<Environment> {
  const id = 'billing-worker';
  return {
    OAUTH_CLIENT_ID: id,
    OAUTH_CLIENT_AUTH_METHOD: method,
    ...(method === 'private_key_jwt'
      ? { OAUTH_CLIENT_PRIVATE_KEY: JSON.stringify(await issuer.privateKeyOf(id)) }
      : { OAUTH_CLIENT_SECRET: issuer.secretOf(id) }),
  };
}
