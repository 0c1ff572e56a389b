import { readFile } from 'node:fs/promises';
import { LocalSystemError } from './local-system-error.ts';
import { writePrivateFile } from './private-file.ts';

/** What a client authenticates with, as provisioning has written it down. */
export interface ClientCredentials {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly private_key?: Readonly<Record<string, unknown>>;
}

/** Reads the credential file of a client that was provisioned. */
export async function readCredentials(path: string): Promise<ClientCredentials> {
  const credentials: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!isCredentials(credentials))
    throw new LocalSystemError(`${path}: not a client's credentials`);
  return credentials;
}

/** Puts the secret of a credential file into a file of its own, which is what `NAME_FILE` names. */
export async function extractSecret(credentialFile: string, secretFile: string): Promise<void> {
  const { client_secret: secret } = await readCredentials(credentialFile);
  if (secret === undefined) {
    throw new LocalSystemError(`${credentialFile}: has no client_secret`);
  }
  await writePrivateFile(secretFile, secret);
}

function isCredentials(value: unknown): value is ClientCredentials {
  return (
    typeof value === 'object' &&
    value !== null &&
    'client_id' in value &&
    typeof value.client_id === 'string'
  );
}
