import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Credentials, KeyCredentials } from './credentials.js';
import { logs, own, system } from './system.js';

/** The secrets of all clients, of their private keys what makes them private. */
export async function clientSecrets(): Promise<string[]> {
  const files = await contentsOf(system.credentialsDir);
  return files.map((text) => {
    const credentials = JSON.parse(text) as Credentials | KeyCredentials;
    return 'private_key' in credentials
      ? String(credentials.private_key.d)
      : credentials.client_secret;
  });
}

/** Every secret that was generated: keys, passwords, and those of the clients. */
export async function everySecret(): Promise<string[]> {
  return [...(await contentsOf(own().secretsDir)), ...(await clientSecrets())];
}

/** Expects no secret, and none of the tokens that tests were given, in any log. */
export async function expectNoSecretInLogs(): Promise<void> {
  const tokens = (await readFile(own().tokensFile, 'utf8')).trim().split('\n');
  const secrets = [...tokens, ...(await everySecret())];
  expect(tokens[0]).toMatch(/^eyJ/);
  expect(secrets.length).toBeGreaterThan(10);

  const files = await logs();
  for (const name of ['auth-server', 'orders-api', 'billing-worker', 'postgres']) {
    expect(files.get(name)?.length, name).toBeGreaterThan(0);
  }
  for (const [name, text] of files) {
    const found = secrets.filter((secret) => text.includes(secret));
    expect(found.length, `${name} holds ${found.length} of the secrets`).toBe(0);
    // The part of a token that is its worth: without the signature it opens nothing.
    const signatures = tokens.filter((token) => text.includes(token.split('.')[2] ?? token));
    expect(signatures.length, `signatures in ${name}`).toBe(0);
  }
}

async function contentsOf(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  return Promise.all(
    names.map(async (name) => (await readFile(join(directory, name), 'utf8')).trim()),
  );
}
