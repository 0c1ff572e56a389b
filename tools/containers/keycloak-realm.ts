import { readFile } from 'node:fs/promises';
import { readCredentials } from '../local-system/client-credentials.ts';
import { LocalSystemError } from '../local-system/local-system-error.ts';
import { writePrivateFile } from '../local-system/private-file.ts';
import type { SecretFiles } from './volumes.ts';

interface Realm {
  readonly clients: readonly { readonly clientId: string }[];
}

/**
 * Writes the realm that Keycloak imports: the one in the repository, in which no client has a secret, with the
 * secrets that the clients were given by provisioning. Can be run again.
 */
export async function makeRealm(template: string, files: SecretFiles): Promise<void> {
  const realm = JSON.parse(await readFile(template, 'utf8')) as Realm;
  const clients = await Promise.all(
    realm.clients.map(async (client) => ({
      ...client,
      secret: await secretOf(files.credentials(client.clientId)),
    })),
  );
  await writePrivateFile(files.keycloakRealm, JSON.stringify({ ...realm, clients }));
}

async function secretOf(credentialFile: string): Promise<string> {
  const { client_secret: secret } = await readCredentials(credentialFile);
  if (secret === undefined) throw new LocalSystemError(`${credentialFile}: has no client_secret`);
  return secret;
}
