import type { Addresses } from './addresses.ts';
import { APPS } from './apps.ts';
import type { AppName } from './apps.ts';
import { COMPILE_CACHE } from './built-program.ts';
import type { DataDirectory } from './data-directory.ts';
import { isResourceServer, RESOURCE_SERVER_NAMES, RESOURCE_SERVERS } from './resource-servers.ts';
import { isWorker, WORKERS } from './workers.ts';
import type { Worker, WorkerName } from './workers.ts';

/** What any process needs of its surroundings. */
const SYSTEM_VARIABLES = ['PATH', 'HOME', 'LANG', 'TZ'];

/** Settings of the apps that whoever starts the system may choose. */
const TUNABLE_VARIABLES = [
  'LOG_LEVEL',
  'ACCESS_TOKEN_LIFETIME_SECONDS',
  'SIGNING_KEY_ALGORITHM',
  'SIGNING_KEY_ROTATION_SECONDS',
  'SIGNING_KEY_ANNOUNCEMENT_SECONDS',
  'CLIENT_AUTHENTICATION_FAILURES_PER_MINUTE',
  'AUDIT_RETENTION_DAYS',
  'AUTH_SWEEP_INTERVAL_SECONDS',
  'BILLING_INTERVAL_SECONDS',
  'BILLING_REPORT_ATTEMPTS',
  'BILLING_INVOICE_ISSUER',
  'API_DOCS',
];

/** The standard variables of OpenTelemetry, which say where traces go. */
const TELEMETRY_PREFIX = 'OTEL_';

export type Environment = Readonly<Record<string, string>>;

/**
 * The variables that configure an app, and nothing else of this process's own environment. Secrets
 * go by file: an environment can be read by whoever may list processes.
 */
export function appEnvironment(
  app: AppName,
  addresses: Addresses,
  data: DataDirectory,
  surroundings: NodeJS.ProcessEnv,
): Environment {
  const { portVariable, databaseUrlVariable } = APPS[app];
  return {
    ...pick(surroundings, [
      ...SYSTEM_VARIABLES,
      ...TUNABLE_VARIABLES,
      ...Object.keys(surroundings).filter((name) => name.startsWith(TELEMETRY_PREFIX)),
    ]),
    NODE_ENV: 'production',
    NODE_COMPILE_CACHE: COMPILE_CACHE,
    [portVariable]: String(addresses.ports[app]),
    [`${databaseUrlVariable}_FILE`]: data.databaseUrl(app),
    OAUTH_ISSUER: addresses.urls['auth-server'],
    ...ownVariables(app, addresses, data),
  };
}

/** By whether it is called, calls others, or issues the tokens for that. */
function ownVariables(app: AppName, { urls }: Addresses, data: DataDirectory): Environment {
  return {
    ...(isResourceServer(app) && { [RESOURCE_SERVERS[app].urlVariable]: urls[app] }),
    ...(isWorker(app) && workerVariables(app, urls, data)),
    ...(app === 'auth-server' && {
      // So that the documentation of each API can get tokens by itself.
      CORS_ALLOWED_ORIGINS: RESOURCE_SERVER_NAMES.filter((name) => name !== app)
        .map((name) => urls[name])
        .join(','),
      AUTH_KEY_ENCRYPTION_KEY_FILE: data.secret('auth-key-encryption-key'),
    }),
  };
}

function workerVariables(
  name: WorkerName,
  urls: Addresses['urls'],
  data: DataDirectory,
): Environment {
  const { calls }: Worker = WORKERS[name];
  return {
    [RESOURCE_SERVERS[calls].urlVariable]: urls[calls],
    OAUTH_CLIENT_ID: name,
    OAUTH_CLIENT_AUTH_METHOD: 'client_secret_basic',
    OAUTH_CLIENT_SECRET_FILE: data.clientSecret(name),
  };
}

function pick(source: NodeJS.ProcessEnv, names: readonly string[]): Environment {
  const picked: Record<string, string> = {};
  for (const name of names) {
    const value = source[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}
