import type { Registry } from '@m2m/tools/local-system';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerControls } from './container-controls.js';
import { fetchCredentials, fetchSecrets } from './container-credentials.js';
import { startControlServer } from './control-server.js';
import { closeDatabaseTunnel, openDatabaseTunnel } from './database-tunnel.js';
import { compose } from './docker.js';
import type { RunningSystem } from './running-system.js';

/** The system of docker-compose.yml, which runs already. */
export async function findContainerSystem(registry: Registry): Promise<RunningSystem> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'm2m-e2e-')));
  const credentialsDir = join(directory, 'clients');
  await fetchCredentials(registry, credentialsDir);
  const secretsDir = join(directory, 'secrets');
  const databaseUrls = await fetchSecrets(secretsDir);
  const port = await openDatabaseTunnel();
  const control = await startControlServer(new ContainerControls());
  return {
    access: {
      authServer: await publishedUrl(3000),
      ordersApi: await publishedUrl(3001),
      billingWorker: await publishedUrl(3002),
      credentialsDir,
      own: {
        controlUrl: control.url,
        authDatabaseUrl: through(port, databaseUrls.auth),
        ordersDatabaseUrl: through(port, databaseUrls.orders),
        billingDatabaseUrl: through(port, databaseUrls.billing),
        secretsDir,
        tokensFile: join(directory, 'tokens-given-to-tests'),
      },
    },
    stop: async () => {
      await control.close();
      await closeDatabaseTunnel();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function publishedUrl(port: number): Promise<string> {
  const address = await compose(['port', 'ingress', String(port)]);
  return `http://localhost:${address.split(':').at(-1)}`;
}

function through(port: number, url: URL): string {
  const tunnelled = new URL(url);
  tunnelled.host = `127.0.0.1:${port}`;
  return tunnelled.href;
}
