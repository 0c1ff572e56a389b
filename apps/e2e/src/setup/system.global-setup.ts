import { startLocalSystem, type LocalSystem, type Registry } from '@m2m/tools/local-system';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startControlServer } from './control-server.js';
import { ODD_CLIENT } from './odd-client.js';
import type { LocalAccess, SystemUnderTest } from './system-under-test.js';

/**
 * Gives the tests a system: the deployment that the environment names, or one of their own, started on
 * free ports and removed at the end. `E2E_KEEP_DATA=1` leaves its logs and databases for a look.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const deployed = deployedSystem(process.env);
  if (deployed) {
    project.provide('system', deployed);
    return async () => undefined;
  }
  const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'm2m-e2e-')));
  const clients = join(dataDir, 'clients');
  await keepOddCredentials(clients);
  const system = await startLocalSystem({
    dataDir,
    ports: { 'auth-server': 0, 'orders-api': 0, 'billing-worker': 0 },
    extraRegistry: await readRegistry(),
    environment: { 'billing-worker': { BILLING_INTERVAL_SECONDS: '1' } },
  });
  const control = await startControlServer(system);
  project.provide('system', {
    ...addresses(
      system.urls['auth-server'],
      system.urls['orders-api'],
      system.urls['billing-worker'],
    ),
    credentialsDir: clients,
    local: localAccess(system, dataDir, control.url),
  });
  return async () => {
    await control.close();
    await system.stopAll();
    if (!process.env['E2E_KEEP_DATA']) await rm(dataDir, { recursive: true, force: true });
  };
}

function deployedSystem(environment: NodeJS.ProcessEnv): SystemUnderTest | undefined {
  const { E2E_AUTH_SERVER_URL, E2E_ORDERS_API_URL, E2E_BILLING_WORKER_URL } = environment;
  const { E2E_CREDENTIALS_DIR } = environment;
  const given = [
    E2E_AUTH_SERVER_URL,
    E2E_ORDERS_API_URL,
    E2E_BILLING_WORKER_URL,
    E2E_CREDENTIALS_DIR,
  ];
  if (given.every((value) => !value)) return undefined;
  const [authServer, ordersApi, billingWorker, credentialsDir] = given;
  if (!authServer || !ordersApi || !billingWorker || !credentialsDir) {
    throw new Error(
      'a deployment is tested with all of E2E_AUTH_SERVER_URL, E2E_ORDERS_API_URL, ' +
        'E2E_BILLING_WORKER_URL and E2E_CREDENTIALS_DIR set',
    );
  }
  return { ...addresses(authServer, ordersApi, billingWorker), credentialsDir };
}

function addresses(authServer: string, ordersApi: string, billingWorker: string) {
  return { authServer, ordersApi, billingWorker };
}

function localAccess(system: LocalSystem, dataDir: string, controlUrl: string): LocalAccess {
  return {
    dataDir,
    controlUrl,
    superuserUrl: system.postgresSuperuserUrl,
    authDatabaseUrl: system.databaseUrls['auth-server'],
    ordersDatabaseUrl: system.databaseUrls['orders-api'],
    billingDatabaseUrl: system.databaseUrls['billing-worker'],
    tokensFile: join(dataDir, 'tokens-given-to-tests'),
  };
}

async function readRegistry(): Promise<Registry> {
  const file = new URL('../../registry.json', import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')) as Registry;
}

// Generated secrets need no encoding; where there is a credential file already, its secret is taken.
async function keepOddCredentials(clients: string): Promise<void> {
  await mkdir(clients, { recursive: true, mode: 0o700 });
  const file = join(clients, `${encodeURIComponent(ODD_CLIENT.client_id)}.json`);
  await writeFile(file, JSON.stringify(ODD_CLIENT), { mode: 0o600 });
}
