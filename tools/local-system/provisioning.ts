import type { Environment } from './app-environment.ts';
import { APP_NAMES } from './apps.ts';
import type { AppRecord } from './apps.ts';
import { extractSecret } from './client-credentials.ts';
import type { DataDirectory } from './data-directory.ts';
import { runOneShot } from './one-shot.ts';
import type { Registry } from './registry.ts';
import { WORKER_NAMES } from './workers.ts';

/** Brings each app's database to the schema that the app expects. */
export async function migrate(
  environments: AppRecord<Environment>,
  data: DataDirectory,
  signal: AbortSignal | undefined,
): Promise<void> {
  const migrations = APP_NAMES.map((app) =>
    runOneShot({ app, program: 'migrate.js', environment: environments[app] }, data, signal),
  );
  // All have ended before a failure is passed on: nothing is left running behind the caller's back.
  await Promise.allSettled(migrations);
  await Promise.all(migrations);
}

/** Makes the registry known to the auth-server and keeps the credentials of new clients. */
export async function provision(
  registry: Registry,
  environment: Environment,
  data: DataDirectory,
  signal: AbortSignal | undefined,
): Promise<void> {
  const oneShot = {
    app: 'auth-server',
    program: 'provision.js',
    args: ['--registry', '-', '--credentials-dir', data.clients],
    environment,
    stdin: JSON.stringify(registry),
  } as const;
  await runOneShot(oneShot, data, signal);
  for (const name of WORKER_NAMES) {
    await extractSecret(data.credentials(name), data.clientSecret(name));
  }
}
