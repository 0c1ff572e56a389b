import { type TestIssuer, type TestDatabase } from '@m2m/testing';
import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { databaseFor } from './databases.js';
import type { Answer } from './http.js';
import { callOrders } from './orders.js';
import { freePort, startApp, type Environment, type RunningApp } from './processes.js';

/** One more orders-api, whose issuer is a foreign one that makes any token a test wants. */
export class GuardedApi {
  private constructor(
    readonly issuer: TestIssuer,
    readonly url: string,
    private readonly app: RunningApp,
    private readonly database: TestDatabase,
  ) {}

  static async start(
    issuer: TestIssuer,
    extra: Environment = {},
    until = '/health/ready',
  ): Promise<GuardedApi> {
    const database = await databaseFor('orders-api');
    const port = await freePort();
    const url = `http://localhost:${port}`;
    const environment = {
      ORDERS_DATABASE_URL: database.url,
      OAUTH_ISSUER: issuer.url,
      ORDERS_API_URL: url,
      ...extra,
    };
    const app = await startApp('orders-api', environment, { port, until });
    return new GuardedApi(issuer, url, app, database);
  }

  get process() {
    return this.app.process;
  }

  /** A token that reads orders, good unless claims or header say otherwise. */
  token(claims: JWTPayload = {}, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
    return this.issuer.token(this.url, { scope: 'orders:read', ...claims }, header);
  }

  /** Lists orders with a token. */
  list(token: string): Promise<Answer> {
    return callOrders('/orders?limit=1', { token }, this.url);
  }

  /** Stops the process and removes the database, but not the issuer. */
  async stop(): Promise<void> {
    await this.app.process.stop();
    await this.database.drop();
  }
}
