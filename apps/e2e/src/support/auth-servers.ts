import type { TestDatabase } from '@m2m/testing';
import { createHash, randomBytes } from 'node:crypto';
import type { JWK } from 'jose';
import { databaseFor, query } from './databases.js';
import { send, type Answer } from './http.js';
import { basic, form, GRANT, type Credentials, type Parameters } from './oauth.js';
import { freePort, startApp, type Environment, type RunningApp } from './processes.js';

type Headers = Readonly<Record<string, string>>;

/** Auth-servers of a test's own on one database, each with an environment of its own. */
export class AuthServers {
  private constructor(
    readonly issuer: string,
    private readonly database: TestDatabase,
    readonly servers: readonly RunningApp[],
  ) {}

  static async start(environments: readonly Environment[]): Promise<AuthServers> {
    const database = await databaseFor('auth-server');
    const ports = await Promise.all(environments.map(() => freePort()));
    const issuer = `http://localhost:${ports[0]}`;
    const common = {
      AUTH_DATABASE_URL: database.url,
      AUTH_KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      OAUTH_ISSUER: issuer,
    };
    const servers = await Promise.all(
      environments.map((environment, index) =>
        startApp(
          'auth-server',
          { ...common, ...environment },
          { port: ports[index] ?? 0, until: '/health/ready' },
        ),
      ),
    );
    const auth = new AuthServers(issuer, database, servers);
    await auth.query(`INSERT INTO resource_server (name, identifier) VALUES ('things', $1)`, [
      'https://things.example',
    ]);
    await auth.query(`
      INSERT INTO scope (name, resource_server, description) VALUES ('things:read', 'things', '')`);
    return auth;
  }

  query<Row extends object>(statement: string, values: readonly unknown[] = []): Promise<Row[]> {
    return query<Row>(this.database.url, statement, values);
  }

  /** Registers a client with a secret, which it sends by HTTP Basic. */
  async addClient(clientId: string): Promise<Credentials> {
    const secret = `cs_${randomBytes(32).toString('base64url')}`;
    await this.insertClient(clientId, 'client_secret_basic', null);
    await this.query('INSERT INTO client_secret (digest, client_id) VALUES ($1, $2)', [
      createHash('sha256').update(secret).digest(),
      clientId,
    ]);
    return { client_id: clientId, client_secret: secret };
  }

  /** Registers a client with a key. */
  async addClientWithKey(clientId: string, publicJwk: JWK): Promise<void> {
    await this.insertClient(clientId, 'private_key_jwt', { keys: [publicJwk] });
  }

  /** Asks one of the servers for a token. */
  requestToken(
    server: number,
    {
      credentials,
      ...request
    }: { credentials?: Credentials; body?: Parameters; headers?: Headers },
  ): Promise<Answer> {
    const authorization: Headers = credentials ? { authorization: basic(credentials) } : {};
    return send(`${this.url(server)}/oauth2/token`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...authorization,
        ...request.headers,
      },
      body: form({ ...GRANT, ...request.body }),
    });
  }

  url(server: number): string {
    const { url } = this.servers[server] ?? {};
    if (url === undefined) throw new Error(`there is no server ${server}`);
    return url;
  }

  /** What a server has logged with the name of an event. */
  logged(server: number, event: string): Record<string, unknown>[] {
    const lines = this.servers[server]?.process.output.split('\n') ?? [];
    return lines
      .filter((line) => line.includes(`"event":"${event}"`))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async stop(): Promise<void> {
    await Promise.all(this.servers.map(({ process }) => process.stop()));
    await this.database.drop();
  }

  private async insertClient(clientId: string, method: string, jwks: object | null) {
    await this.query(
      `INSERT INTO client (client_id, client_name, token_endpoint_auth_method, grant_types, jwks)
       VALUES ($1, $1, $2, '{client_credentials}', $3)`,
      [clientId, method, jwks && JSON.stringify(jwks)],
    );
    await this.query(`INSERT INTO client_scope (client_id, scope) VALUES ($1, 'things:read')`, [
      clientId,
    ]);
  }
}
