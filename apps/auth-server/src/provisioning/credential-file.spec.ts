import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calculateJwkThumbprint, importJWK } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { privateKeyFromFile, secretFromFile } from './credential-file.js';
import { registryDocument } from './registry-document.js';

describe('the credential file of a client', () => {
  let parent: string;
  let directory: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'credentials-'));
    directory = join(parent, 'clients');
  });

  afterEach(() => rm(parent, { recursive: true }));

  it('makes a secret and its file, for the owner only', async () => {
    const secret = await secretFromFile(directory, 'worker');

    const file = join(directory, 'worker.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      client_id: 'worker',
      client_secret: secret,
    });
    expect(await modeOf(file)).toBe(0o600);
    expect(await modeOf(directory)).toBe(0o700);
    expect(await readdir(directory)).toEqual(['worker.json']);
  });

  it('returns the secret in the file from then on', async () => {
    const first = await secretFromFile(directory, 'worker');

    await expect(secretFromFile(directory, 'worker')).resolves.toBe(first);
    await expect(secretFromFile(directory, 'other')).resolves.not.toBe(first);
  });

  it.each([
    ['ES256', { kty: 'EC', crv: 'P-256' }],
    ['PS256', { kty: 'RSA' }],
    ['EdDSA', { kty: 'OKP', crv: 'Ed25519' }],
  ] as const)('holds a private key for %s and its file, for the owner only', async (alg, kind) => {
    const key = await privateKeyFromFile(directory, 'signer', alg);

    expect(key).toMatchObject({ ...kind, alg, use: 'sig' });
    expect(key.kid).toBe(await calculateJwkThumbprint(key));
    await expect(importJWK(key)).resolves.toMatchObject({ type: 'private' });
    const file = join(directory, 'signer.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      client_id: 'signer',
      private_key: key,
    });
    expect(await modeOf(file)).toBe(0o600);
    await expect(privateKeyFromFile(directory, 'signer', 'ES256')).resolves.toEqual(key);
  });

  it('is not replaced by one of the other kind', async () => {
    const secret = await secretFromFile(directory, 'worker');
    await privateKeyFromFile(directory, 'signer', 'ES256');

    await expect(privateKeyFromFile(directory, 'worker', 'ES256')).rejects.toThrow();
    await expect(secretFromFile(directory, 'signer')).rejects.toThrow();
    await expect(secretFromFile(directory, 'worker')).resolves.toBe(secret);
  });

  it('never replaces a file that it cannot understand', async () => {
    await secretFromFile(directory, 'worker');
    const file = join(directory, 'worker.json');
    await writeFile(file, '{"client_id":"worker"');

    await expect(secretFromFile(directory, 'worker')).rejects.toThrow();
    await expect(readFile(file, 'utf8')).resolves.toBe('{"client_id":"worker"');
  });

  it.each([
    ['no secret', { client_id: 'worker', client_secret: '' }],
    [
      'a secret that can be guessed',
      { client_id: 'worker', client_secret: 'hunter2-hunter2-hunter2' },
    ],
    ['that of another client', { client_id: 'other', client_secret: `cs_${'hunter2'.repeat(7)}` }],
  ])('is not taken with %s, and nothing of it is told', async (_what, content) => {
    await secretFromFile(directory, 'worker');
    await writeFile(join(directory, 'worker.json'), JSON.stringify(content));

    const reading = secretFromFile(directory, 'worker');

    await expect(reading).rejects.toThrow('the credential file of worker');
    await expect(reading).rejects.not.toThrow('hunter2');
  });

  it('is not taken with the key of another client', async () => {
    await privateKeyFromFile(directory, 'other', 'ES256');
    await rename(join(directory, 'other.json'), join(directory, 'worker.json'));

    await expect(privateKeyFromFile(directory, 'worker', 'ES256')).rejects.toThrow(
      'the credential file of worker is that of another client',
    );
  });

  it.each(['../escaped', '/etc/escaped', '..', '.', 'a/b', '..\\escaped', 'a b:c%'])(
    'keeps the file of the client %s inside its directory',
    async (clientId) => {
      const secret = await secretFromFile(directory, clientId);

      expect(await readdir(parent)).toEqual(['clients']);
      expect(await readdir(directory)).toHaveLength(1);
      await expect(secretFromFile(directory, clientId)).resolves.toBe(secret);
    },
  );

  it('takes the longest client_id that a registry document may hold', async () => {
    await expect(secretFromFile(directory, 'é'.repeat(33))).resolves.toMatch(/^cs_/);
    expect(registryDocument.safeParse(documentWith('é'.repeat(33))).success).toBe(true);
    expect(registryDocument.safeParse(documentWith('é'.repeat(34))).success).toBe(false);
  });
});

const documentWith = (client_id: string) => ({
  resource_servers: [],
  clients: [
    {
      client_id,
      client_name: 'A client',
      token_endpoint_auth_method: 'client_secret_basic',
      scope: '',
    },
  ],
});

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}
