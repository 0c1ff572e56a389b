import { join } from 'node:path';
import { startApp, type RunningApp } from './processes.js';
import { own, system } from './system.js';

/** One more replica of the system's auth-server, on the same database. */
export function startSecondAuthServer(): Promise<RunningApp> {
  const environment = {
    AUTH_DATABASE_URL: own().authDatabaseUrl,
    AUTH_KEY_ENCRYPTION_KEY_FILE: join(own().secretsDir, 'auth-key-encryption-key'),
    OAUTH_ISSUER: system.authServer,
  };
  return startApp('auth-server', environment, { until: '/health/ready' });
}
