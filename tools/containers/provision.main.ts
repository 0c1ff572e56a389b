import { extractSecret } from '../local-system/client-credentials.ts';
import { demoRegistry } from '../local-system/registry.ts';
import type { ClientRegistration, Registry } from '../local-system/registry.ts';
import { runAppProgram } from './app-program.ts';
import { runTask } from './task.ts';
import { requireVariables } from './variables.ts';
import { SECRETS, secretFiles } from './volumes.ts';

const files = secretFiles(SECRETS);

await runTask('provision', async (signal) => {
  const registry = demoRegistry({ urls: publicUrls() });
  // One at a time, because the credentials of each go into another volume.
  for (const client of registry.clients) await provision(registry, client, signal);
  await extractSecret(files.credentials('billing-worker'), files.clientSecret('billing-worker'));
  return 'every client is registered, and its credentials are in its own volume';
});

/** What tokens name as issuer and audience: the same strings inside and outside of the containers. */
function publicUrls() {
  const variables = requireVariables(process.env, 'OAUTH_ISSUER', 'ORDERS_API_AUDIENCE');
  return {
    'auth-server': variables.OAUTH_ISSUER,
    'orders-api': variables.ORDERS_API_AUDIENCE,
  };
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
