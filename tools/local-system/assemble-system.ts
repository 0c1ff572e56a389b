import { appEnvironment } from './app-environment.ts';
import type { Environment } from './app-environment.ts';
import { appProcess } from './app-process.ts';
import { APP_NAMES, APPS, forEachApp } from './apps.ts';
import type { AppName, AppRecord } from './apps.ts';
import type { DataDirectory } from './data-directory.ts';
import { LocalSystem } from './local-system.ts';
import type { LocalSystemContext } from './local-system.ts';
import { rotateLog } from './log-file.ts';
import type { DatabaseOwner } from './postgres/databases.ts';
import { embeddedPostgres } from './postgres/embedded-postgres.ts';
import type { PostgresServer } from './postgres/server.ts';
import { keepSecret } from './secrets.ts';

export interface AssembledSystem {
  readonly system: LocalSystem;
  readonly environments: AppRecord<Environment>;
  readonly databaseOwners: AppRecord<DatabaseOwner>;
}

/** Everything the system consists of, with its secrets and its database cluster; nothing runs yet. */
export async function assembleSystem(
  context: LocalSystemContext,
  extraEnvironment: Partial<AppRecord<Environment>>,
): Promise<AssembledSystem> {
  const { data, addresses, reporter } = context;
  for (const name of [...APP_NAMES, 'postgres'] as const) rotateLog(data.log(name));
  const databaseOwners = await keepDatabaseOwners(data);
  await keepSecret(data.secret('auth-key-encryption-key'), 'base64');
  const environments = forEachApp((name) => ({
    ...appEnvironment(name, addresses, data, process.env),
    ...extraEnvironment[name],
  }));
  const notice = (message: string) => reporter.line(`  ${message}`);
  const system = new LocalSystem(context, {
    databaseOwners,
    postgres: await preparePostgres(context, notice),
    apps: forEachApp((name) => appProcess(name, environments[name], data, notice)),
  });
  return { system, environments, databaseOwners };
}

async function preparePostgres(
  { data, reporter, signal }: LocalSystemContext,
  notice: (message: string) => void,
): Promise<PostgresServer> {
  const superuserPassword = await keepSecret(data.secret('postgres-superuser-password'));
  return reporter.step('preparing the database cluster', 'database cluster ready', () =>
    embeddedPostgres({
      cluster: data.cluster,
      superuserPassword,
      log: data.log('postgres'),
      pidFile: data.pidFile('postgres'),
      notice,
      signal,
    }),
  );
}

async function keepDatabaseOwners(data: DataDirectory): Promise<AppRecord<DatabaseOwner>> {
  const passwords = new Map<AppName, string>();
  for (const app of APP_NAMES) {
    passwords.set(app, await keepSecret(data.secret(`${app}-database-password`)));
  }
  return forEachApp((app) => ({ name: APPS[app].database, password: passwords.get(app) ?? '' }));
}
