import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CredentialsFile } from './credentials-file.ts';

const credentials = { client_id: 'a', client_secret: 's' };

describe('CredentialsFile', () => {
  let directory: string;
  let path: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'm2m-credentials-'));
    path = join(directory, 'a.json');
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it('is for its owner alone', async () => {
    const file = await CredentialsFile.open(path, false);
    await file.write(credentials);
    await file.close();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(credentials);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['a.json']);
  });

  it('leaves nothing behind where there was no secret', async () => {
    const file = await CredentialsFile.open(path, false);
    await file.close();
    expect(readdirSync(directory)).toEqual([]);
  });

  it('takes the place of no other file', async () => {
    writeFileSync(path, 'precious');
    await expect(CredentialsFile.open(path, false)).rejects.toThrow('exists already; --overwrite');
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('takes the place of no file that has appeared meanwhile', async () => {
    const file = await CredentialsFile.open(path, false);
    writeFileSync(path, 'precious');
    await expect(file.write(credentials)).rejects.toThrow('exists already');
    await file.close();
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  it('replaces a file when told to, once there is something to replace it by', async () => {
    writeFileSync(path, 'old', { mode: 0o644 });
    const file = await CredentialsFile.open(path, true);
    expect(readFileSync(path, 'utf8')).toBe('old');
    await file.write(credentials);
    await file.close();
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(credentials);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('says at once that a folder is missing', async () => {
    const file = CredentialsFile.open(join(directory, 'missing', 'a.json'), false);
    await expect(file).rejects.toThrow('cannot be written (ENOENT)');
  });
});
