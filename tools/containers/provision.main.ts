import { extractSecret } from '../local-system/client-credentials.ts';
import { demoRegistry } from '../local-system/registry.ts';
import type { ClientRegistration, Registry } from '../local-system/registry.ts';
import { RESOURCE_SERVER_NAMES, RESOURCE_SERVERS } from '../local-system/resource-servers.ts';
import type { ResourceServerName } from '../local-system/resource-servers.ts';
import { WORKER_NAMES } from '../local-system/workers.ts';
import { runAppProgram } from './app-program.ts';
import { runTask } from './task.ts';
import { requireVariables } from './variables.ts';
import { SECRETS, secretFiles } from './volumes.ts';

const files = secretFiles(SECRETS);

await runTask('provision', async (signal) => {
  const registry = demoRegistry({ urls: publicUrls() });
  // One at a time, because the credentials of each go into another volume.
  for (const client of registry.clients) await provision(registry, client, signal);
  for (const name of WORKER_NAMES) {
    await extractSecret(files.credentials(name), files.clientSecret(name));
  }
  return 'every client is registered, and its credentials are in its own volume';
});

/** What tokens name as issuer and audience: the same strings inside and outside of the containers. */
function publicUrls(): Readonly<Record<string, string>> {
  const variableOf = (name: ResourceServerName) => RESOURCE_SERVERS[name].urlVariable;
  const urls = requireVariables(process.env, ...RESOURCE_SERVER_NAMES.map(variableOf));
  return Object.fromEntries(RESOURCE_SERVER_NAMES.map((name) => [name, urls[variableOf(name)]]));
}

function provision(
  { resource_servers }: Registry,
  client: ClientRegistration,
  signal: AbortSignal,
): Promise<void> {
  return runAppProgram(
    {
      app: 'auth-server',
      program: 'provision.js',
      args: ['--registry', '-', '--credentials-dir', files.client(client.client_id)],
      environment: { AUTH_DATABASE_URL_FILE: files.databaseUrl('auth-server') },
      input: JSON.stringify({ resource_servers, clients: [client] }),
    },
    signal,
  );
}
