import type { Registry } from '@m2m/tools/local-system';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compose, docker, PROJECT } from './docker.js';
import { ODD_CLIENT } from './odd-client.js';

const VOLUME = `${PROJECT}-credentials`;
const CONTAINER = `${PROJECT}-provision-clients`;
const MOUNTED = '/var/lib/operations';
const DEMO_CLIENTS = ['billing-worker', 'order-entry', 'operator'];

/** The URLs by which each app reaches its own database. */
export type DatabaseUrls = Readonly<Record<'auth' | 'orders' | 'billing', URL>>;

/** Registers the clients of the tests and brings their credentials, and those of the demo, into a directory. */
export async function fetchCredentials(registry: Registry, directory: string): Promise<void> {
  await removeCredentialsVolume();
  await keepOddCredentials();
  await inOperations(
    ['--name', CONTAINER],
    ['/app/apps/auth-server/dist/provision.js', '--registry', '-', '--credentials-dir', MOUNTED],
    JSON.stringify(registry),
  );
  await docker(['cp', `${CONTAINER}:${MOUNTED}`, directory]);
  await removeCredentialsVolume();
  for (const client of DEMO_CLIENTS) {
    const file = `/run/secrets/client-${client}/${client}.json`;
    await compose(['cp', `provision:${file}`, directory]);
  }
}

async function removeCredentialsVolume(): Promise<void> {
  await docker(['rm', '--force', CONTAINER]);
  await docker(['volume', 'rm', '--force', VOLUME]);
}

/** Brings every generated secret into a directory, one a file, and returns the URLs of the databases. */
export async function fetchSecrets(directory: string): Promise<DatabaseUrls> {
  await mkdir(directory, { mode: 0o700 });
  const fetched = async (file: string) => {
    const copy = join(directory, file.replaceAll('/', '-'));
    await compose(['cp', `secrets:/run/secrets/${file}`, copy]);
    return (await readFile(copy, 'utf8')).trim();
  };
  await fetched('database-superuser/password');
  await fetched('key-encryption-key/key');
  const databaseUrl = async (database: string) => {
    const url = new URL(await fetched(`${database}-database/url`));
    await writeFile(join(directory, `${database}-database-password`), url.password);
    return url;
  };
  return {
    auth: await databaseUrl('auth'),
    orders: await databaseUrl('orders'),
    billing: await databaseUrl('billing'),
  };
}

// Generated secrets need no encoding; where there is a credential file already, its secret is taken.
async function keepOddCredentials(): Promise<void> {
  const file = `${MOUNTED}/${encodeURIComponent(ODD_CLIENT.client_id)}.json`;
  const write = `fs.writeFileSync(${JSON.stringify(file)}, fs.readFileSync(0))`;
  await inOperations(['--rm'], ['--eval', write], JSON.stringify(ODD_CLIENT));
}

function inOperations(
  options: readonly string[],
  command: readonly string[],
  input: string,
): Promise<string> {
  const volume = ['--volume', `${VOLUME}:${MOUNTED}`];
  return compose(
    ['run', '--no-TTY', '--no-deps', ...volume, ...options, 'provision', ...command],
    input,
  );
}
