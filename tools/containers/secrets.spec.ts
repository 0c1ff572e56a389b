import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { APP_NAMES, APPS } from '../local-system/apps.ts';
import { makeSecrets } from './secrets.ts';
import { secretFiles } from './volumes.ts';
import type { SecretFiles } from './volumes.ts';

describe('the secrets of the composed system', () => {
  let root: string;
  let files: SecretFiles;
  let paths: string[];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'm2m-secrets-'));
    files = secretFiles(root);
    paths = [
      files.superuserPassword,
      files.keyEncryptionKey,
      ...APP_NAMES.map((app) => files.databaseUrl(app)),
    ];
    for (const path of paths) mkdirSync(dirname(path), { recursive: true });
  });

  afterEach(() => rmSync(root, { recursive: true }));

  const contents = () => paths.map((path) => readFileSync(path, 'utf8').trim());

  it('are each in a volume of its own', async () => {
    await makeSecrets(files);
    expect(new Set(paths.map(dirname)).size).toBe(paths.length);
    for (const path of paths) expect(readdirSync(dirname(path))).toHaveLength(1);
  });

  it('have 256 random bits', async () => {
    await makeSecrets(files);
    const [password = '', key = '', ...urls] = contents();
    const passwords = [password, ...urls.map((url) => new URL(url).password)];
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    for (const each of passwords) expect(Buffer.from(each, 'base64url')).toHaveLength(32);
    expect(new Set(passwords).size).toBe(1 + APP_NAMES.length);
  });

  it('give each app the URL of its own database, as its own role', async () => {
    await makeSecrets(files);
    const urls = contents().slice(2);
    expect(urls.map((url) => url.replace(/:[^:@]+@/, '@'))).toEqual(
      Object.values(APPS).map(({ database }) => `postgres://${database}@database:5432/${database}`),
    );
  });

  it('are never made anew, and one that is missing is added', async () => {
    await makeSecrets(files);
    const before = contents();
    rmSync(files.keyEncryptionKey);
    await makeSecrets(files);
    const after = contents();
    expect(after[1]).not.toBe(before[1]);
    expect(after.toSpliced(1, 1)).toEqual(before.toSpliced(1, 1));
  });

  it('are for their owner alone, but for the one that PostgreSQL reads as another user', async () => {
    await makeSecrets(files);
    const modes = paths.map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o444, 0o600, ...APP_NAMES.map(() => 0o600)]);
  });
});
