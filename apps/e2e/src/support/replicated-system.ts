import type { TestDatabase } from '@m2m/testing';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Credentials, KeyCredentials } from './credentials.js';
import { DatabaseLink } from './database-link.js';
import { databaseFor } from './databases.js';
import { members, send, shown, type Answer } from './http.js';
import { LoadBalancer } from './load-balancer.js';
import { basic, form, GRANT, type Parameters } from './oauth.js';
import { freePort, runToEnd, startApp, type Environment, type RunningApp } from './processes.js';

/** One auth-server among the others. */
export interface Replica {
  /** Of this one by itself. */
  readonly url: string;
  /** Its own way to the database that all of them have. */
  readonly database: DatabaseLink;
  readonly app: RunningApp;
}

/** What `administer` is to send. */
export interface AdminRequest {
  readonly method?: string;
  readonly body?: object;
  /** The auth-server to send it to, if it is not to be any. */
  readonly at?: string;
  readonly status?: number;
}

/**
 * A system of a test's own: two auth-servers on one database, behind one address, and an orders-api that
 * knows nothing of them but that address.
 */
export class ReplicatedSystem {
  #replicas: readonly Replica[] = [];
  private api: RunningApp | undefined;

  private constructor(
    readonly apiUrl: string,
    private readonly balancer: LoadBalancer,
    private readonly directory: string,
    private readonly authDatabase: TestDatabase,
    private readonly ordersDatabase: TestDatabase,
  ) {}

  /** @param environment for the auth-servers. */
  static async start(environment: Environment = {}): Promise<ReplicatedSystem> {
    const apiPort = await freePort();
    const system = new ReplicatedSystem(
      `http://localhost:${apiPort}`,
      await LoadBalancer.start(),
      await mkdtemp(join(tmpdir(), 'm2m-replicated-')),
      await databaseFor('auth-server'),
      await databaseFor('orders-api'),
    );
    await system.provision();
    const common = {
      AUTH_KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      OAUTH_ISSUER: system.issuer,
      ...environment,
    };
    system.#replicas = [await system.startReplica(common), await system.startReplica(common)];
    system.balancer.serve(system.replicas.map(({ url }) => url));
    await system.startApi(apiPort);
    return system;
  }

  /** Where all others reach the auth-servers: in turn. */
  get issuer(): string {
    return this.balancer.url;
  }

  get replicas(): readonly Replica[] {
    return this.#replicas;
  }

  /** The auth-servers by themselves, one to do something at and one to look at. */
  get pair(): readonly [here: Replica, there: Replica] {
    const [here, there] = this.#replicas;
    if (!here || !there) throw new Error('there are no two replicas');
    return [here, there];
  }

  /** Of the auth-servers' database, by a way that no test cuts. */
  get databaseUrl(): string {
    return this.authDatabase.url;
  }

  async credentialsOf(clientId: 'reader' | 'operator'): Promise<Credentials> {
    return JSON.parse(await this.credentialFile(clientId)) as Credentials;
  }

  async keyOf(clientId: 'key-holder'): Promise<KeyCredentials> {
    return JSON.parse(await this.credentialFile(clientId)) as KeyCredentials;
  }

  /** Calls the admin API as the operator. */
  async administer(
    path: string,
    { method = 'POST', body, at = this.issuer, status = 200 }: AdminRequest = {},
  ): Promise<Answer> {
    const token = tokenIn(await tokenRequest(at, await this.credentialsOf('operator')));
    const answer = await send(`${at}/admin/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(answer.status, `${path}: ${shown(answer)}`).toBe(status);
    return answer;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#replicas.map(({ app }) => app.process.stop()));
    await this.api?.process.stop();
    await this.balancer.stop();
    for (const { database } of this.#replicas) await database.stop();
    await this.authDatabase.drop();
    await this.ordersDatabase.drop();
    await rm(this.directory, { recursive: true, force: true });
  }

  private credentialFile(clientId: string): Promise<string> {
    return readFile(join(this.directory, `${clientId}.json`), 'utf8');
  }

  private async startReplica(environment: Environment): Promise<Replica> {
    const database = await DatabaseLink.start(this.databaseUrl);
    const variables = { ...environment, AUTH_DATABASE_URL: database.url };
    const app = await startApp('auth-server', variables, { until: '/health/ready' });
    return { url: app.url, database, app };
  }

  private async startApi(port: number): Promise<void> {
    const variables = {
      ORDERS_DATABASE_URL: this.ordersDatabase.url,
      ORDERS_API_URL: this.apiUrl,
      OAUTH_ISSUER: this.issuer,
    };
    this.api = await startApp('orders-api', variables, { port, until: '/health/ready' });
  }

  private async provision(): Promise<void> {
    const registry = join(this.directory, 'registry.json');
    await writeFile(registry, JSON.stringify(registryFor(this.issuer, this.apiUrl)));
    const args = ['--registry', registry, '--credentials-dir', this.directory];
    const variables = { AUTH_DATABASE_URL: this.databaseUrl };
    const { code, output } = await runToEnd('auth-server', 'provision.js', variables, args);
    if (code !== 0) throw new Error(`the clients could not be registered: ${output}`);
  }
}

/** Asks an auth-server for a token by HTTP Basic, with all of the client's scopes. */
export async function tokenRequest(server: string, credentials: Credentials): Promise<Answer> {
  return postForm(`${server}/oauth2/token`, GRANT, { authorization: basic(credentials) });
}

export async function postForm(
  url: string,
  parameters: Parameters,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return send(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: form(parameters),
  });
}

/** @throws Error if the answer holds no token. */
export function tokenIn(answer: Answer): string {
  if (answer.status !== 200) throw new Error(`the token endpoint answered ${shown(answer)}`);
  return String(members(answer)['access_token']);
}

function registryFor(issuer: string, apiUrl: string) {
  return {
    resource_servers: [
      resourceServer('orders-api', apiUrl, ['orders:read', 'orders:write', 'orders:bill']),
      resourceServer('auth-server', issuer, ['clients:read', 'clients:write']),
    ],
    clients: [
      client('reader', 'client_secret_basic', 'orders:read'),
      client('key-holder', 'private_key_jwt', 'orders:read'),
      client('operator', 'client_secret_basic', 'clients:read clients:write'),
    ],
  };
}

const resourceServer = (name: string, identifier: string, scopes: readonly string[]) => ({
  name,
  identifier,
  scopes: scopes.map((scope) => ({ name: scope, description: scope })),
});

const client = (client_id: string, method: string, scope: string) => ({
  client_id,
  client_name: client_id,
  token_endpoint_auth_method: method,
  scope,
});
