import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JWK } from 'jose';
import { system } from './system.js';

/** What a client with a secret authenticates by. */
export interface Credentials {
  readonly client_id: string;
  readonly client_secret: string;
}

/** What a client with a key authenticates by (`private_key_jwt`). */
export interface KeyCredentials {
  readonly client_id: string;
  readonly private_key: JWK;
}

export async function credentialsOf(clientId: string): Promise<Credentials> {
  const credentials = await readCredentials(clientId);
  if (!('client_secret' in credentials)) throw new Error(`${clientId} has no secret`);
  return credentials;
}

export async function privateKeyOf(clientId: string): Promise<JWK> {
  const credentials = await readCredentials(clientId);
  if (!('private_key' in credentials)) throw new Error(`${clientId} has no key`);
  return credentials.private_key;
}

export async function readCredentials(clientId: string): Promise<Credentials | KeyCredentials> {
  const file = join(system.credentialsDir, `${encodeURIComponent(clientId)}.json`);
  return JSON.parse(await readFile(file, 'utf8')) as Credentials | KeyCredentials;
}
