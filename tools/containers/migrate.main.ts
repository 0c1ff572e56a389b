import { readFile } from 'node:fs/promises';
import { APP_NAMES, APPS } from '../local-system/apps.ts';
import type { AppName } from '../local-system/apps.ts';
import { ensureDatabases } from '../local-system/postgres/databases.ts';
import type { DatabaseOwner } from '../local-system/postgres/databases.ts';
import { runAppProgram } from './app-program.ts';
import { runTask } from './task.ts';
import { SECRETS, secretFiles } from './volumes.ts';

const files = secretFiles(SECRETS);

await runTask('migrate', async (signal) => {
  await ensureDatabases(await superuserUrl(), await Promise.all(APP_NAMES.map(databaseOwner)));
  const migrations = APP_NAMES.map((app) => migrate(app, signal));
  // All have ended before a failure is told: none goes on in a container that is being stopped.
  await Promise.allSettled(migrations);
  await Promise.all(migrations);
  return 'every app has its role, its database and its schema';
});

async function superuserUrl(): Promise<string> {
  const url = new URL('postgres://postgres@database:5432/postgres');
  url.password = (await readFile(files.superuserPassword, 'utf8')).trim();
  return url.href;
}

async function databaseOwner(app: AppName): Promise<DatabaseOwner> {
  const { username, password } = new URL(await readFile(files.databaseUrl(app), 'utf8'));
  return { name: username, password };
}

function migrate(app: AppName, signal: AbortSignal): Promise<void> {
  const environment = { [`${APPS[app].databaseUrlVariable}_FILE`]: files.databaseUrl(app) };
  return runAppProgram({ app, program: 'migrate.js', environment }, signal);
}
