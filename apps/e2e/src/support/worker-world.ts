import {
  TestHttpServer,
  type ReceivedRequest,
  type TestAnswer,
  type TestDatabase,
} from '@m2m/testing';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'vitest';
import { databaseFor } from './databases.js';
import { startApp, type Environment, type RunningApp } from './processes.js';

/** A request to one of the two servers, and when it came, in milliseconds of the monotonic clock. */
export interface Seen extends ReceivedRequest {
  readonly at: number;
}

/** How long to wait for what a worker does that looks for orders every second. */
export const SOON = { timeout: 45_000, interval: 50 };

type Responder = (request: Seen, count: number) => TestAnswer | Promise<TestAnswer>;

export const CLIENT = { client_id: 'worker-under-test', client_secret: 'cs_secret-of-a-test' };

/**
 * A billing-worker between an authorization server and an orders API that are the test's, so that every
 * request it makes can be looked at and every answer chosen.
 */
export class WorkerWorld {
  readonly tokenRequests: Seen[] = [];
  readonly apiRequests: Seen[] = [];
  /** Answers token requests. The tokens are `token-1`, `token-2` and so on. */
  onToken: Responder = (_request, count) => tokenAnswer(count);
  /** Answers requests to the orders API. */
  onApi: Responder = (request) => this.serveOrders(request);
  /** What the metadata names as the issuer, where that is not the server's own address. */
  namedIssuer: string | undefined;
  pending: object[] = [];
  private worker: RunningApp | undefined;
  private database: TestDatabase | undefined;

  private constructor(
    readonly authServer: TestHttpServer,
    readonly ordersApi: TestHttpServer,
  ) {}

  /** @param onTestFinished of the test's context, which tells whose world it is when tests run at once. */
  static async create(onTestFinished: TestContext['onTestFinished']): Promise<WorkerWorld> {
    const world: { current?: WorkerWorld } = {};
    const authServer = await TestHttpServer.start(
      (request) => world.current?.answerAsIssuer(request) ?? {},
    );
    const ordersApi = await TestHttpServer.start(
      (request) => world.current?.answerAsApi(request) ?? {},
    );
    const created = new WorkerWorld(authServer, ordersApi);
    world.current = created;
    onTestFinished(() => created.stop());
    return created;
  }

  /** Starts the worker, which looks for orders every second. */
  async startWorker(extra: Environment = {}): Promise<void> {
    this.database = await databaseFor('billing-worker');
    this.worker = await startApp('billing-worker', {
      BILLING_DATABASE_URL: this.database.url,
      BILLING_INTERVAL_SECONDS: '1',
      OAUTH_ISSUER: this.authServer.url,
      OAUTH_CLIENT_ID: CLIENT.client_id,
      OAUTH_CLIENT_SECRET: CLIENT.client_secret,
      ORDERS_API_URL: this.ordersApi.url,
      ...extra,
    });
  }

  get url(): string {
    return this.worker?.url ?? '';
  }

  get databaseUrl(): string {
    return this.database?.url ?? '';
  }

  /** What the worker has logged. */
  get log(): string {
    return this.worker?.process.output ?? '';
  }

  /** How many runs ended with an error. */
  get failedRuns(): number {
    return this.log.split('"event":"billing.run.failed"').length - 1;
  }

  get lists(): Seen[] {
    return this.apiRequests.filter(({ method }) => method === 'GET');
  }

  get reports(): Seen[] {
    return this.apiRequests.filter(({ method }) => method === 'PUT');
  }

  /** Stops the worker the way an operator does and returns its exit code. */
  async stopWorker(): Promise<number | null | undefined> {
    return this.worker?.process.stop();
  }

  private async stop(): Promise<void> {
    await this.stopWorker();
    await this.authServer.stop();
    await this.ordersApi.stop();
    await this.database?.drop();
  }

  private answerAsIssuer(request: ReceivedRequest): TestAnswer | Promise<TestAnswer> {
    const { url } = this.authServer;
    if (request.path === '/.well-known/oauth-authorization-server') {
      const issuer = this.namedIssuer ?? url;
      return { body: { issuer, token_endpoint: `${url}/token`, response_types_supported: [] } };
    }
    if (request.path !== '/token') return { status: 404 };
    const seen = { ...request, at: performance.now() };
    this.tokenRequests.push(seen);
    return this.onToken(seen, this.tokenRequests.length);
  }

  private answerAsApi(request: ReceivedRequest): TestAnswer | Promise<TestAnswer> {
    const seen = { ...request, at: performance.now() };
    this.apiRequests.push(seen);
    return this.onApi(seen, this.apiRequests.length);
  }

  /** Lists what is pending, and takes every report. */
  serveOrders({ method, path }: ReceivedRequest): TestAnswer {
    if (method === 'GET') return { body: { items: this.pending, nextCursor: null } };
    const id = path.split('/')[2];
    this.pending = this.pending.filter((order) => !('id' in order && order.id === id));
    return { body: {} };
  }
}

export function tokenAnswer(count: number, changes: object = {}): TestAnswer {
  const token = { access_token: `token-${count}`, token_type: 'Bearer', expires_in: 300 };
  return { body: { ...token, ...changes } };
}

export function pendingOrders(count: number): object[] {
  return Array.from({ length: count }, () => ({
    id: randomUUID(),
    customerId: 'customer',
    lines: [{ sku: 'S', quantity: 1, unitPrice: '1.00' }],
    currency: 'EUR',
    total: '1.00',
    status: 'pending',
    createdAt: new Date().toISOString(),
  }));
}

export const authorizationsOf = (requests: readonly Seen[]) =>
  requests.map(({ headers }) => headers.authorization);
