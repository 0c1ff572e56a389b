import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { secretSource } from './secret-source.js';

describe('secretSource', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'secret-'));
  });

  afterAll(() => rm(directory, { recursive: true }));

  it('reads the variable', async () => {
    await expect(secretSource('SECRET', { SECRET: 'from-variable' })()).resolves.toBe(
      'from-variable',
    );
  });

  it('reads the file anew at each use, so that a replaced secret is picked up', async () => {
    const file = join(directory, 'rotated');
    await writeFile(file, 'old\n');
    const secret = secretSource('SECRET', { SECRET_FILE: file });
    const before = await secret();

    await writeFile(file, 'new\n');

    expect([before, await secret()]).toEqual(['old', 'new']);
  });

  it('fails while its file is empty, rather than handing out an empty secret', async () => {
    const file = join(directory, 'truncated');
    await writeFile(file, '\n');

    await expect(secretSource('SECRET', { SECRET_FILE: file })()).rejects.toThrow(
      'SECRET is empty',
    );
  });
});
