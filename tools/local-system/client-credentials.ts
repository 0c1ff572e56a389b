import { readFile } from 'node:fs/promises';
import type { DataDirectory } from './data-directory.ts';
import { LocalSystemError } from './local-system-error.ts';
import { writePrivateFile } from './private-file.ts';

/** What a client authenticates with, as provisioning has written it down. */
export interface ClientCredentials {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly private_key?: Readonly<Record<string, unknown>>;
}

/** Reads the credentials of a client that was provisioned. */
export async function readCredentials(
  data: DataDirectory,
  clientId: string,
): Promise<ClientCredentials> {
  const path = data.credentials(clientId);
  const credentials: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!isCredentials(credentials))
    throw new LocalSystemError(`${path}: not a client's credentials`);
  return credentials;
}

/** Puts the billing worker's secret into the file that its configuration names. */
export async function handOverWorkerSecret(data: DataDirectory): Promise<void> {
  const { client_secret: secret } = await readCredentials(data, 'billing-worker');
  if (secret === undefined) {
    throw new LocalSystemError(`${data.credentials('billing-worker')}: has no client_secret`);
  }
  await writePrivateFile(data.secret('billing-worker-client-secret'), secret);
}

function isCredentials(value: unknown): value is ClientCredentials {
  return (
    typeof value === 'object' &&
    value !== null &&
    'client_id' in value &&
    typeof value.client_id === 'string'
  );
}
