import { forEachApp, startLocalSystem, type Registry } from '@m2m/tools/local-system';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startControlServer } from './control-server.js';
import { ODD_CLIENT } from './odd-client.js';
import { ProcessControls } from './process-controls.js';
import type { RunningSystem } from './running-system.js';

/**
 * Starts the system as processes on free ports, and removes it at the end. `E2E_KEEP_DATA=1` leaves its logs
 * and databases for a look.
 */
export async function startProcessSystem(registry: Registry): Promise<RunningSystem> {
  const dataDir = await realpath(await mkdtemp(join(tmpdir(), 'm2m-e2e-')));
  const credentialsDir = join(dataDir, 'clients');
  await keepOddCredentials(credentialsDir);
  const system = await startLocalSystem({
    dataDir,
    ports: forEachApp(() => 0),
    extraRegistry: registry,
    environment: { 'billing-worker': { BILLING_INTERVAL_SECONDS: '1' } },
  });
  const control = await startControlServer(new ProcessControls(system, join(dataDir, 'logs')));
  return {
    access: {
      authServer: system.urls['auth-server'],
      ordersApi: system.urls['orders-api'],
      billingWorker: system.urls['billing-worker'],
      credentialsDir,
      own: {
        controlUrl: control.url,
        authDatabaseUrl: system.databaseUrls['auth-server'],
        ordersDatabaseUrl: system.databaseUrls['orders-api'],
        billingDatabaseUrl: system.databaseUrls['billing-worker'],
        secretsDir: join(dataDir, 'secrets'),
        tokensFile: join(dataDir, 'tokens-given-to-tests'),
        processes: { dataDir, superuserUrl: system.postgresSuperuserUrl, urls: system.urls },
      },
    },
    stop: async () => {
      await control.close();
      await system.stopAll();
      if (!process.env['E2E_KEEP_DATA']) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

// Generated secrets need no encoding; where there is a credential file already, its secret is taken.
async function keepOddCredentials(clients: string): Promise<void> {
  await mkdir(clients, { recursive: true, mode: 0o700 });
  const file = join(clients, `${encodeURIComponent(ODD_CLIENT.client_id)}.json`);
  await writeFile(file, JSON.stringify(ODD_CLIENT), { mode: 0o600 });
}
