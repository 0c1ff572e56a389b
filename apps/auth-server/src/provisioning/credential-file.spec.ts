import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { credentialFromFile } from './credential-file.js';
import { registryDocument } from './registry-document.js';

describe('credentialFromFile', () => {
  let parent: string;
  let directory: string;

  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'credentials-'));
    directory = join(parent, 'clients');
  });

  afterEach(() => rm(parent, { recursive: true }));

  it('makes a secret and its file, for the owner only', async () => {
    const secret = await credentialFromFile(directory, 'worker');

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
    const first = await credentialFromFile(directory, 'worker');

    await expect(credentialFromFile(directory, 'worker')).resolves.toBe(first);
    await expect(credentialFromFile(directory, 'other')).resolves.not.toBe(first);
  });

  it('never replaces a file that it cannot understand', async () => {
    await credentialFromFile(directory, 'worker');
    const file = join(directory, 'worker.json');
    await writeFile(file, '{"client_id":"worker"');

    await expect(credentialFromFile(directory, 'worker')).rejects.toThrow();
    await expect(readFile(file, 'utf8')).resolves.toBe('{"client_id":"worker"');
  });

  it.each(['../escaped', '/etc/escaped', '..', '.', 'a/b', '..\\escaped', 'a b:c%'])(
    'keeps the file of the client %s inside its directory',
    async (clientId) => {
      const secret = await credentialFromFile(directory, clientId);

      expect(await readdir(parent)).toEqual(['clients']);
      expect(await readdir(directory)).toHaveLength(1);
      await expect(credentialFromFile(directory, clientId)).resolves.toBe(secret);
    },
  );

  it('takes the longest client_id that a registry document may hold', async () => {
    await expect(credentialFromFile(directory, 'é'.repeat(33))).resolves.toMatch(/^cs_/);
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
