import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretFrom } from './secret-from.js';

describe('secretFrom', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'secret-from-'));
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('reads a variable', async () => {
    await expect(secretFrom('NAME', { NAME: 'value' })()).resolves.toBe('value');
  });

  it('reads a file anew at each use, without its last line break', async () => {
    const file = join(directory, 'secret');
    const read = secretFrom('NAME', { NAME: 'not this', NAME_FILE: file });

    await writeFile(file, 'first\n');
    expect(await read()).toBe('first');
    await writeFile(file, 'second\r\n');
    expect(await read()).toBe('second');
  });

  it.each([{}, { NAME: '' }])('does not take %j for a secret', async (environment) => {
    await expect(secretFrom('NAME', environment)()).rejects.toThrow('NAME is empty');
  });

  it('says what is wrong with a file', async () => {
    const read = secretFrom('NAME', { NAME_FILE: join(directory, 'none') });

    await expect(read()).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
