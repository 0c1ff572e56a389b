import { chmod } from 'node:fs/promises';
import { APP_NAMES, APPS } from '../local-system/apps.ts';
import type { AppName } from '../local-system/apps.ts';
import { keepSecret, keepText, randomSecret } from '../local-system/secrets.ts';
import type { SecretFiles } from './volumes.ts';

/** Readable for the database's own user as well; who else can is decided by who mounts the volume. */
const READABLE = 0o444;

/** Makes each secret that is not there yet. None is ever made anew, so that it can run at every start. */
export async function makeSecrets(files: SecretFiles): Promise<void> {
  await keepSecret(files.superuserPassword);
  await chmod(files.superuserPassword, READABLE);
  await keepSecret(files.keyEncryptionKey, 'base64');
  for (const app of APP_NAMES) await keepText(files.databaseUrl(app), () => newDatabaseUrl(app));
}

function newDatabaseUrl(app: AppName): string {
  const { database } = APPS[app];
  const url = new URL(`postgres://database:5432/${database}`);
  url.username = database;
  url.password = randomSecret();
  return url.href;
}
