import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { port, serviceUrl } from './fields.js';
import { ConfigurationError, loadConfiguration } from './load-configuration.js';

const schema = z.object({
  ISSUER: serviceUrl(),
  PORT: port(3000),
  LEVEL: z.enum(['info', 'error']).default('info'),
  SECRET: z.string(),
});

const good = { ISSUER: 'https://issuer.example', SECRET: 's3cret' };

describe('loadConfiguration', () => {
  let directory: string;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'configuration-'));
  });

  afterAll(() => rmSync(directory, { recursive: true }));

  it('reads the variables and fills in what is left out', () => {
    expect(loadConfiguration(schema, { ...good, PORT: '8080' })).toEqual({
      ISSUER: 'https://issuer.example',
      PORT: 8080,
      LEVEL: 'info',
      SECRET: 's3cret',
    });
  });

  it('lists every fault at once, by name and never with the value', () => {
    const error = faultsOf({ ISSUER: 'ftp://hunter2', PORT: 'hunter2', LEVEL: 'hunter2' });

    expect(error.faults.map((fault) => fault.split(':')[0])).toEqual([
      'ISSUER',
      'PORT',
      'LEVEL',
      'SECRET',
    ]);
    expect(error.faults).toContain('SECRET: is missing');
    expect(error.message).not.toContain('hunter2');
  });

  it('counts a variable that is set but empty as missing', () => {
    const error = faultsOf({ ...good, SECRET: '' });

    expect(error.faults).toEqual(['SECRET: is missing']);
    expect(loadConfiguration(schema, { ...good, PORT: '' }).PORT).toBe(3000);
  });

  it('reads a variable from its file, without the line end', () => {
    const file = fileWith('from-file\r\n');

    expect(loadConfiguration(schema, { ISSUER: good.ISSUER, SECRET_FILE: file }).SECRET).toBe(
      'from-file',
    );
  });

  it('counts an empty file as missing', () => {
    const error = faultsOf({ ISSUER: good.ISSUER, SECRET_FILE: fileWith('\n') });

    expect(error.faults).toEqual(['SECRET: is missing']);
  });

  it('names the variable of a file that cannot be read, once', () => {
    const error = faultsOf({ ISSUER: good.ISSUER, SECRET_FILE: join(directory, 'nowhere') });

    expect(error.faults).toEqual(['SECRET_FILE: the file cannot be read (ENOENT)']);
  });

  it('refuses a variable that is given both ways', () => {
    const error = faultsOf({ ...good, SECRET_FILE: fileWith('another') });

    expect(error.faults).toEqual(['SECRET: is given both as SECRET and as SECRET_FILE']);
  });

  function fileWith(content: string): string {
    const file = join(directory, `${Math.random()}`);
    writeFileSync(file, content);
    return file;
  }
});

function faultsOf(environment: NodeJS.ProcessEnv): ConfigurationError {
  try {
    loadConfiguration(schema, environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}
