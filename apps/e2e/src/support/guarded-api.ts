import { type TestIssuer, type TestDatabase } from '@m2m/testing';
import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { databaseFor } from './databases.js';
import type { Answer } from './http.js';
import type { Credentials } from './oauth.js';
import { callOrders } from './orders.js';
import { freePort, startApp, type Environment, type RunningApp } from './processes.js';
import { system } from './system.js';

/** One more orders-api. */
abstract class AnotherApi {
  protected constructor(private readonly started: StartedApi) {}

  get url() {
    return this.started.app.url;
  }

  get process() {
    return this.started.app.process;
  }

  /** Lists orders with a token. */
  list(token: string): Promise<Answer> {
    return callOrders('/orders?limit=1', { token }, this.url);
  }

  /** Stops the process and removes the database, but not the issuer. */
  async stop(): Promise<void> {
    await this.process.stop();
    await this.started.database.drop();
  }
}

/** One whose issuer is a foreign one that makes any token a test wants. */
export class GuardedApi extends AnotherApi {
  private constructor(
    readonly issuer: TestIssuer,
    started: StartedApi,
  ) {
    super(started);
  }

  static async start(
    issuer: TestIssuer,
    extra: Environment = {},
    until?: string,
  ): Promise<GuardedApi> {
    return new GuardedApi(issuer, await start({ OAUTH_ISSUER: issuer.url, ...extra }, until));
  }

  /** A token that reads orders, good unless claims or header say otherwise. */
  token(claims: JWTPayload = {}, header: Partial<JWTHeaderParameters> = {}): Promise<string> {
    return this.issuer.token(this.url, { scope: 'orders:read', ...claims }, header);
  }
}

/** One that asks the system's own auth-server about each token. It takes those that are for the system's orders-api. */
export class IntrospectingApi extends AnotherApi {
  /** @param client as which it asks: one that the auth-server lets ask about such tokens. */
  static async start(
    { client_id, client_secret }: Credentials,
    extra: Environment = {},
    until?: string,
  ): Promise<IntrospectingApi> {
    const environment = {
      OAUTH_ISSUER: system.authServer,
      ORDERS_API_AUDIENCE: system.ordersApi,
      OAUTH_INTROSPECTION: 'on',
      OAUTH_CLIENT_ID: client_id,
      OAUTH_CLIENT_SECRET: client_secret,
      ...extra,
    };
    return new IntrospectingApi(await start(environment, until));
  }
}

/** One that fetches from the system's own auth-server what is revoked. It takes tokens for the system's orders-api. */
export class FedApi extends AnotherApi {
  /** @param client as which it asks: one that acts for the system's orders-api. */
  static async start(
    { client_id, client_secret }: Credentials,
    extra: Environment = {},
    until?: string,
  ): Promise<FedApi> {
    const environment = {
      OAUTH_ISSUER: system.authServer,
      ORDERS_API_AUDIENCE: system.ordersApi,
      OAUTH_REVOCATION_FEED: 'on',
      OAUTH_CLIENT_ID: client_id,
      OAUTH_CLIENT_SECRET: client_secret,
      ...extra,
    };
    return new FedApi(await start(environment, until));
  }
}

interface StartedApi {
  readonly app: RunningApp;
  readonly database: TestDatabase;
}

async function start(environment: Environment, until = '/health/ready'): Promise<StartedApi> {
  const database = await databaseFor('orders-api');
  const port = await freePort();
  const own = {
    ORDERS_DATABASE_URL: database.url,
    ORDERS_API_URL: `http://localhost:${port}`,
  };
  const app = await startApp('orders-api', { ...own, ...environment }, { port, until });
  return { app, database };
}
