import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { members } from './support/http.js';
import { basic, expectOAuthError, GRANT, postToken, type Credentials } from './support/oauth.js';
import { document, npmRun, operate, problem } from './support/operator.js';
import { freePort } from './support/processes.js';

/** Longer than a change takes to be known to every replica. */
const SOON = { timeout: 2_000, interval: 50 };

describe('npm run clients', () => {
  let clientId: string;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'm2m-e2e-operator-'));
  });

  beforeEach(() => {
    clientId = `e2e-made-${randomUUID()}`;
  });

  afterEach(async () => {
    const { code } = await operate('clients', ['delete', clientId]);
    expect([0, 3]).toContain(code);
  });

  afterAll(() => rm(directory, { recursive: true }));

  const create = async (...flags: string[]) =>
    (await document('clients', ['create', clientId, ...flags])) as unknown as Credentials;
  const tokenBy = (secret: string) =>
    postToken(GRANT, { authorization: basic({ client_id: clientId, client_secret: secret }) });
  const accepts = async (secret: string) => {
    const answer = await tokenBy(secret);
    expect(answer.status).toBe(200);
    expect(members(answer)['scope']).toBe('orders:read');
  };
  const refuses = async (secret: string) =>
    expectOAuthError(await tokenBy(secret), 401, 'invalid_client');

  it('registers a client that can be used at once, and deletes it', async () => {
    const { client_secret: secret } = await create('--scope', 'orders:read');
    await accepts(secret);

    const deleted = await document('clients', ['delete', clientId]);
    expect(deleted).toEqual({ client_id: clientId, deleted: true });
    await refuses(secret);
    await expect(problem(3, 'clients', ['show', clientId])).resolves.toMatchObject({
      status: 404,
      code: 'client_not_found',
    });
  });

  it('C03: shows a secret once and never again', async () => {
    const { client_secret: secret } = await create('--scope', 'orders:read', '--name', 'Importer');
    const { stdout: list } = await operate('clients', ['list']);
    const { stdout: shown } = await operate('clients', ['show', clientId]);
    const listed = JSON.stringify(await document('clients', ['list', '--scope', 'orders:read']));
    expect(list).toMatch(new RegExp(`^${clientId} +Importer +client_secret_basic +enabled`, 'm'));
    expect(shown).toContain(`…${secret.slice(-4)}`);
    expect(listed).toContain(clientId);
    for (const text of [list, shown, listed]) expect(text).not.toContain(secret);
  });

  it('C05: disables a client, which gets no token from then on, and enables it', async () => {
    const { client_secret: secret } = await create('--scope', 'orders:read');
    await expect(document('clients', ['disable', clientId])).resolves.toMatchObject({
      disabled: true,
    });
    await refuses(secret);
    await document('clients', ['enable', clientId]);
    await accepts(secret);
  });

  it('C01, C02: rotates a secret with an overlap, which can be cut short', async () => {
    const { client_secret: first } = await create('--scope', 'orders:read');
    const rotated = await document('clients', ['rotate-secret', clientId, '--overlap', '600']);
    const second = String(rotated['client_secret']);
    await accepts(first);
    await accepts(second);

    const [old] = rotated['client_secrets'] as readonly { readonly secret_id: string }[];
    await document('clients', ['end-secret', clientId, String(old?.secret_id)]);
    await expect.poll(async () => (await tokenBy(first)).status, SOON).toBe(401);
    await accepts(second);
  });

  it('updates what is given and nothing else', async () => {
    await create('--scope', 'orders:read', '--name', 'Importer');
    const flags = ['--scope', 'orders:read orders:write', '--access-token-lifetime', '60'];
    await expect(document('clients', ['update', clientId, ...flags])).resolves.toMatchObject({
      client_name: 'Importer',
      scope: 'orders:read orders:write',
      access_token_lifetime: 60,
      updated_by: 'operator',
    });
  });

  it('revokes the tokens of a client, which can get new ones', async () => {
    const { client_secret: secret } = await create('--scope', 'orders:read');
    const client = await document('clients', ['revoke-tokens', clientId]);
    expect(client['tokens_valid_from']).toEqual(expect.any(String));
    await accepts(secret);
  });

  it('writes credentials to a file, which the programs take as they are', async () => {
    const file = join(directory, `${clientId}.json`);
    const out = ['--credentials-out', file];
    const { stdout } = await operate('clients', [
      'create',
      clientId,
      ...['--scope', 'clients:read', ...out],
    ]);
    const { client_secret: secret } = JSON.parse(await readFile(file, 'utf8')) as Credentials;
    expect(stdout).not.toContain(secret);
    expect((await stat(file)).mode & 0o777).toBe(0o600);

    const asItself = ['--credentials', file];
    await document('clients', ['show', clientId, ...asItself]);
    await expect(problem(5, 'clients', ['disable', clientId, ...asItself])).resolves.toMatchObject({
      code: 'scope_refused',
    });
    await expect(problem(1, 'clients', ['rotate-secret', clientId, ...out])).resolves.toMatchObject(
      { code: 'file_exists' },
    );
  });

  it.each(['ES256', 'PS256', 'EdDSA'])(
    'takes keys for %s, and authenticates by one',
    async (alg) => {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
      const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1' }] });
      const flags = ['--auth-method', 'private_key_jwt', '--jwks', '-', '--scope', 'clients:read'];
      const client = await document('clients', ['create', clientId, ...flags], { input: jwks });
      expect(client).not.toHaveProperty('client_secret');

      const file = join(directory, `${clientId}.json`);
      const key = { ...(await exportJWK(privateKey)), kid: 'k1' };
      await writeFile(file, JSON.stringify({ client_id: clientId, private_key: key }));
      await document('clients', ['show', clientId, '--credentials', file]);
    },
  );

  it('says by its exit code why something was not done', async () => {
    await create();
    await problem(1, 'clients', ['update', clientId, '--scope', 'no:such']);
    await problem(2, 'clients', ['update', clientId]);
    await problem(3, 'clients', ['disable', `${clientId}-not`]);
    await problem(4, 'clients', ['create', clientId]);
    await problem(4, 'clients', ['delete', 'operator']);
    const nowhere = `http://localhost:${await freePort()}`;
    await problem(5, 'clients', ['list', '--issuer', nowhere]);
    const file = join(directory, 'wrong.json');
    await writeFile(file, JSON.stringify({ client_id: clientId, client_secret: 'wrong' }));
    await expect(problem(5, 'clients', ['list', '--credentials', file])).resolves.toMatchObject({
      code: 'credentials_refused',
    });
  });

  it('prints one JSON document and nothing else when npm runs it', async () => {
    const { code, stdout, stderr } = await npmRun('clients', ['list', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { items } = JSON.parse(stdout) as { readonly items: readonly Record<string, unknown>[] };
    expect(items.map((client) => client['client_id'])).toContain('billing-worker');

    const failed = await npmRun('clients', ['show', `${clientId}-not`, '--json']);
    expect(failed.code).toBe(3);
    expect(JSON.parse(failed.stdout)).toMatchObject({ code: 'client_not_found' });
  });
});

describe('npm run clients -- <verb> --help', () => {
  it.each([
    'create',
    'list',
    'show',
    'update',
    'rotate-secret',
    'end-secret',
    'disable',
    'enable',
    'revoke-tokens',
    'delete',
  ])('tells how to %s', async (verb) => {
    const { code, stdout } = await operate('clients', [verb, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: npm run clients -- ${verb}`);
  });
});
