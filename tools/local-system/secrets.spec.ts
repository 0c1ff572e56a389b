import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keepSecret } from './secrets.ts';

describe('keepSecret', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'm2m-secrets-'));
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it('makes a secret of 256 bits that only its owner can read', async () => {
    const secret = await keepSecret(join(directory, 'key'), 'base64');
    expect(Buffer.from(secret, 'base64')).toHaveLength(32);
    expect(statSync(join(directory, 'key')).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(['key']);
  });

  it('keeps it', async () => {
    const path = join(directory, 'key');
    expect(await keepSecret(path)).toBe(await keepSecret(path));
  });
});
