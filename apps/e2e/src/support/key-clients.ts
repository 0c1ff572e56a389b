import type { TestDatabase, TestSigningKey } from '@m2m/testing';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JWTPayload } from 'jose';
import { assertionClaims, withAssertion } from './client-assertions.js';
import { databaseFor, query } from './databases.js';
import { send, type Answer } from './http.js';
import { form, GRANT } from './oauth.js';
import { freePort, runToEnd, startApp, type Environment, type RunningApp } from './processes.js';

/** What a client registers: its keys, or where it publishes them. */
export type RegisteredKeys =
  { readonly jwks: { readonly keys: readonly unknown[] } } | { readonly jwks_uri: string };

/** Auth-servers of a test's own on one database, whose clients have keys. */
export class KeyClients {
  private constructor(
    /** One URL for each auth-server; the first one is the issuer of all. */
    readonly urls: readonly string[],
    private readonly apps: readonly RunningApp[],
    private readonly database: TestDatabase,
  ) {}

  /** @param environments one for each auth-server. */
  static async start(
    clients: Readonly<Record<string, RegisteredKeys>>,
    environments: readonly Environment[],
  ): Promise<KeyClients> {
    const database = await databaseFor('auth-server');
    await provision(database.url, clients);
    const ports = await Promise.all(environments.map(freePort));
    const urls = ports.map((port) => `http://localhost:${port}`);
    const common = {
      AUTH_DATABASE_URL: database.url,
      AUTH_KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      OAUTH_ISSUER: urls[0] ?? '',
    };
    const apps: RunningApp[] = [];
    for (const [at, environment] of environments.entries()) {
      const options = { port: ports[at] ?? 0, until: '/health/ready' };
      apps.push(await startApp('auth-server', { ...common, ...environment }, options));
    }
    return new KeyClients(urls, apps, database);
  }

  /** An assertion of a client for these servers. */
  sign(clientId: string, key: TestSigningKey, claims: JWTPayload = {}): Promise<string> {
    const good = assertionClaims(clientId, { aud: this.urls[0], ...claims });
    return key.sign(good, { typ: 'JWT' });
  }

  /** Asks one of the servers for a token. */
  requestToken(assertion: string, url = this.urls[0]): Promise<Answer> {
    return send(`${url}/oauth2/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form({ ...GRANT, ...withAssertion(assertion) }),
    });
  }

  /** Registers other keys for a client, past all servers. */
  async replaceKeys(clientId: string, keys: readonly TestSigningKey[]): Promise<void> {
    const jwks = { keys: keys.map(({ publicJwk }) => publicJwk) };
    const statement = 'UPDATE client SET jwks = $2 WHERE client_id = $1';
    await query(this.database.url, statement, [clientId, JSON.stringify(jwks)]);
  }

  async stop(): Promise<void> {
    await Promise.all(this.apps.map(({ process }) => process.stop()));
    await this.database.drop();
  }
}

async function provision(
  databaseUrl: string,
  clients: Readonly<Record<string, RegisteredKeys>>,
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'm2m-key-clients-'));
  const registry = join(directory, 'registry.json');
  await writeFile(registry, JSON.stringify(registryFor(clients)));
  const args = ['--registry', registry, '--credentials-dir', directory];
  const environment = { AUTH_DATABASE_URL: databaseUrl };
  const { code, output } = await runToEnd('auth-server', 'provision.js', environment, args);
  await rm(directory, { recursive: true });
  if (code !== 0) throw new Error(`the clients could not be registered: ${output}`);
}

function registryFor(clients: Readonly<Record<string, RegisteredKeys>>) {
  return {
    resource_servers: [
      {
        identifier: 'https://api.example',
        name: 'api',
        scopes: [{ name: 'read', description: 'Read' }],
      },
    ],
    clients: Object.entries(clients).map(([client_id, keys]) => ({
      client_id,
      client_name: client_id,
      token_endpoint_auth_method: 'private_key_jwt',
      scope: 'read',
      ...keys,
    })),
  };
}
