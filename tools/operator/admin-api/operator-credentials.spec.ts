import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestSurroundings } from '../fixtures/command-run.ts';
import { operatorCredentials } from './operator-credentials.ts';

const LOCAL = new URL('http://localhost:3000');
const demo = { client_id: 'operator', client_secret: 'demo-secret' };

describe('operatorCredentials', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'm2m-operator-'));
    mkdirSync(join(directory, 'clients'));
    writeFileSync(join(directory, 'clients', 'operator.json'), JSON.stringify(demo));
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  const find = (environment: NodeJS.ProcessEnv, file?: string, issuer = LOCAL) =>
    operatorCredentials(
      file,
      issuer,
      new TestSurroundings({ M2M_DATA_DIR: directory, INIT_CWD: directory, ...environment }),
    );

  it("are the demo's", async () => {
    await expect(find({})).resolves.toEqual(demo);
  });

  it("are never the demo's on another machine", async () => {
    const elsewhere = find({}, undefined, new URL('https://auth.example'));
    await expect(elsewhere).rejects.toThrow(/--credentials or OAUTH_CLIENT_ID/);
  });

  it('come from the environment, a secret also by file', async () => {
    writeFileSync(join(directory, 'secret'), 'by-file\n');
    const id = { OAUTH_CLIENT_ID: 'ops' };
    await expect(find({ ...id, OAUTH_CLIENT_SECRET: 'given' })).resolves.toEqual({
      client_id: 'ops',
      client_secret: 'given',
    });
    await expect(
      find({ ...id, OAUTH_CLIENT_SECRET_FILE: join(directory, 'secret') }),
    ).resolves.toEqual({ client_id: 'ops', client_secret: 'by-file' });
    await expect(find({ ...id, OAUTH_CLIENT_PRIVATE_KEY: '{"kty":"EC"}' })).resolves.toEqual({
      client_id: 'ops',
      private_key: { kty: 'EC' },
    });
  });

  it('come from a file before all else, named from where the command was called', async () => {
    writeFileSync(join(directory, 'mine.json'), '{"client_id":"mine","client_secret":"s"}');
    const credentials = find({ OAUTH_CLIENT_ID: 'ops', OAUTH_CLIENT_SECRET: 's' }, 'mine.json');
    await expect(credentials).resolves.toMatchObject({ client_id: 'mine' });
  });

  it.each<[string, NodeJS.ProcessEnv, string | undefined, RegExp]>([
    ['a missing file', {}, 'missing.json', /missing\.json; npm start makes it, or name them/],
    ['a file that is no file', {}, '.', /cannot be read/],
    ['a file that is not JSON', {}, 'broken.json', /broken\.json: not JSON/],
    ['a file without a client_id', {}, 'empty.json', /empty\.json: not a client's credentials/],
    ['a client without secret and key', { OAUTH_CLIENT_ID: 'a' }, undefined, /neither/],
    [
      'a missing secret file',
      { OAUTH_CLIENT_ID: 'a', OAUTH_CLIENT_SECRET_FILE: '/nowhere' },
      undefined,
      /OAUTH_CLIENT_SECRET_FILE: there is no \/nowhere/,
    ],
    [
      'a key that is none',
      { OAUTH_CLIENT_ID: 'a', OAUTH_CLIENT_PRIVATE_KEY: 'x' },
      undefined,
      /not a JWK/,
    ],
  ])('explains %s', async (_kind, environment, file, message) => {
    writeFileSync(join(directory, 'broken.json'), '{');
    writeFileSync(join(directory, 'empty.json'), '{}');
    const failure: unknown = await find(environment, file).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      exitCode: 5,
      message: expect.stringMatching(message) as string,
    });
  });
});
