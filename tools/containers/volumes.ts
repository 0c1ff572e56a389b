import { join } from 'node:path';
import { APPS } from '../local-system/apps.ts';
import type { AppName } from '../local-system/apps.ts';

/** Where the volumes with the secrets are mounted, in whichever container one is. */
export const SECRETS = '/run/secrets';

/** The files in the volumes; each volume is mounted by its owner and by the one-shot that fills it. */
export interface SecretFiles {
  readonly superuserPassword: string;
  readonly keyEncryptionKey: string;
  databaseUrl(app: AppName): string;
  /** The directory of a client's credential file. */
  client(clientId: string): string;
  credentials(clientId: string): string;
  clientSecret(clientId: string): string;
  readonly keycloakRealm: string;
}

export function secretFiles(root: string): SecretFiles {
  const client = (clientId: string) => join(root, `client-${clientId}`);
  return {
    superuserPassword: join(root, 'database-superuser', 'password'),
    keyEncryptionKey: join(root, 'key-encryption-key', 'key'),
    databaseUrl: (app) => join(root, `${APPS[app].database}-database`, 'url'),
    client,
    credentials: (clientId) => join(client(clientId), `${clientId}.json`),
    clientSecret: (clientId) => join(client(clientId), 'secret'),
    keycloakRealm: join(root, 'keycloak-realm', 'orders-realm.json'),
  };
}
