import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdminServer } from '../fixtures/admin-server.ts';
import { TestSurroundings, runCommand } from '../fixtures/command-run.ts';
import { clientsProgram } from './clients.program.ts';

const client = {
  client_id: 'importer',
  client_name: 'Importer',
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: ['client_credentials'],
  scope: 'orders:read',
  access_token_lifetime: null,
  disabled: false,
  tokens_valid_from: null,
  client_secrets: [
    {
      secret_id: 'id-1',
      hint: 'wxyz',
      created_at: '2026-01-02T03:04:05.678Z',
      expires_at: null,
      last_used_at: null,
    },
  ],
  created_at: '2026-01-02T03:04:05.678Z',
  created_by: 'operator',
  updated_at: '2026-01-02T03:04:05.678Z',
  updated_by: 'operator',
};
const secret = { client_secret: 'cs_secret', client_secret_expires_at: 0 };

describe('npm run clients', () => {
  let server: AdminServer;
  let directory: string;

  beforeEach(async () => {
    server = await AdminServer.start();
    directory = mkdtempSync(join(tmpdir(), 'm2m-clients-'));
  });

  afterEach(async () => {
    await server.stop();
    rmSync(directory, { recursive: true });
  });

  const clients = (args: readonly string[], surroundings?: TestSurroundings) =>
    runCommand(clientsProgram, args, { issuer: server.url, ...(surroundings && { surroundings }) });
  const scopes = () => server.tokenRequests.map(({ form }) => form.get('scope'));

  it('list shows all pages as one table, and as one document', async () => {
    const pages = [
      { body: { items: [client], nextCursor: 'x' } },
      { body: { items: [{ ...client, client_id: 'b', disabled: true }], nextCursor: null } },
    ];
    server.answers.push(...pages, ...pages);
    const { stdout } = await clients(['list']);
    expect(stdout.split('\n')).toEqual([
      'CLIENT ID  NAME      AUTHENTICATES BY     STATE     SCOPE',
      'importer   Importer  client_secret_basic  enabled   orders:read',
      'b          Importer  client_secret_basic  disabled  orders:read',
      '',
    ]);
    const json = await clients(['list', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      items: [{ client_id: 'importer' }, { client_id: 'b' }],
      nextCursor: null,
    });
    expect(scopes()).toEqual(['clients:read', 'clients:read']);
  });

  it('list asks for those with a scope, or disabled', async () => {
    server.answers.push({ body: { items: [], nextCursor: null } });
    await expect(clients(['list', '--scope', 'a', '--disabled'])).resolves.toMatchObject({
      stdout: 'no clients\n',
    });
    expect(server.calls[0]?.request).toBe('GET /admin/clients?scope=a&disabled=true&limit=100');
  });

  it('show tells all that is known', async () => {
    const revoked = { tokens_valid_from: '2026-02-03T04:05:06.000Z' };
    server.answers.push({
      body: { ...client, ...revoked, disabled: true, access_token_lifetime: 60 },
    });
    const { stdout } = await clients(['show', 'importer']);
    expect(stdout).toMatch(/state +disabled\n/);
    expect(stdout).toMatch(/token lifetime +60 s\n/);
    expect(stdout).toMatch(/tokens revoked +those issued before 2026-02-03 04:05:06Z\n/);
    expect(stdout).toMatch(/created +2026-01-02 03:04:05Z by operator\n/);
    expect(stdout).toMatch(/id-1 +…wxyz +2026-01-02 03:04:05Z +- +-\n/);
  });

  it('show names the keys of a client that has some', async () => {
    const keys = { ...client, client_secrets: [], jwks: { keys: [{ kid: 'k1' }, {}] } };
    server.answers.push({ body: keys });
    const { stdout } = await clients(['show', 'importer']);
    expect(stdout).toMatch(/keys +k1, one without kid\n/);
  });

  it('create sends what the flags say, and nothing of those that were not given', async () => {
    server.answers.push({ status: 201, body: client }, { status: 201, body: client });
    await clients(['create', '--json']);
    await clients([
      'create',
      'importer',
      ...['--name', 'Importer', '--auth-method', 'private_key_jwt', '--scope', 'a b'],
      ...['--jwks-uri', 'https://a.example/jwks', '--access-token-lifetime', '60', '--disabled'],
      ...['--grant-types', 'client_credentials'],
    ]);
    expect(server.calls).toMatchObject([
      { request: 'POST /admin/clients' },
      { request: 'POST /admin/clients' },
    ]);
    expect(server.calls.map(({ body }) => body)).toEqual([
      {},
      {
        client_id: 'importer',
        client_name: 'Importer',
        token_endpoint_auth_method: 'private_key_jwt',
        grant_types: ['client_credentials'],
        scope: 'a b',
        jwks_uri: 'https://a.example/jwks',
        access_token_lifetime: 60,
        disabled: true,
      },
    ]);
    expect(scopes()).toEqual(['clients:write', 'clients:write']);
  });

  it('create reads keys from a file, and from standard input', async () => {
    const jwks = { keys: [{ kty: 'EC' }] };
    writeFileSync(join(directory, 'jwks.json'), JSON.stringify(jwks));
    server.answers.push({ body: client }, { body: client });
    const here = new TestSurroundings({ INIT_CWD: directory }, JSON.stringify(jwks));
    await clients(['create', 'a', '--jwks', 'jwks.json'], here);
    await clients(['create', 'a', '--jwks', '-'], here);
    expect(server.calls).toMatchObject([{ body: { jwks } }, { body: { jwks } }]);
  });

  it('create shows the secret, and says that it is the only time', async () => {
    const created = { ...client, ...secret };
    server.answers.push({ body: created }, { body: created });
    const { stdout } = await clients(['create', 'importer']);
    expect(stdout).toMatch(/client secret {2}cs_secret\nKeep it now: it is shown this one time/);
    const json = await clients(['create', 'importer', '--json']);
    expect(JSON.parse(json.stdout)).toEqual(created);
  });

  it.each([[[]], [['--json']]])(
    'create writes the secret to a file instead, with %j',
    async (format) => {
      const path = join(directory, 'importer.json');
      server.answers.push({ body: { ...client, ...secret } });
      const run = await clients(['create', 'importer', '--credentials-out', path, ...format]);
      expect(run).toMatchObject({ code: 0, stderr: '' });
      expect(run.stdout).not.toContain('cs_secret');
      expect(run.stdout).toContain(path);
      expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
        client_id: 'importer',
        client_secret: 'cs_secret',
      });
    },
  );

  it('asks the server for no secret that could not be written', async () => {
    const path = join(directory, 'precious.json');
    writeFileSync(path, 'precious');
    const refused = await clients(['rotate-secret', 'importer', '--credentials-out', path]);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(server.calls).toEqual([]);

    server.answers.push({ body: { ...client, ...secret } });
    await clients(['rotate-secret', 'importer', '--credentials-out', path, '--overwrite']);
    expect(readFileSync(path, 'utf8')).toContain('cs_secret');
  });

  it('writes no file where there is no secret', async () => {
    const path = join(directory, 'importer.json');
    server.answers.push({ body: { ...client, client_secrets: [] } });
    const { stdout } = await clients(['create', 'importer', '--credentials-out', path]);
    expect(stdout).toContain('There is no new secret');
    expect(existsSync(path)).toBe(false);
  });

  it('update changes the version it has read, and only what is given', async () => {
    server.answers.push({ body: client, headers: { etag: '"3"' } }, { body: client });
    const { code } = await clients([
      'update',
      'importer',
      ...['--scope', '', '--access-token-lifetime', 'default'],
    ]);
    expect(code).toBe(0);
    expect(server.calls).toMatchObject([
      { request: 'GET /admin/clients/importer' },
      {
        request: 'PATCH /admin/clients/importer',
        ifMatch: '"3"',
        body: { scope: '', access_token_lifetime: null },
      },
    ]);
    expect(server.calls[1]?.body).not.toHaveProperty('client_name');
    expect(scopes()).toEqual(['clients:read clients:write']);
  });

  it('update says that somebody else was faster', async () => {
    const detail = 'It has been changed meanwhile.';
    server.answers.push(
      { body: client, headers: { etag: '"3"' } },
      { status: 412, body: { status: 412, code: 'version_mismatch', detail } },
    );
    await expect(clients(['update', 'importer', '--name', 'x'])).resolves.toEqual({
      code: 4,
      stdout: '',
      stderr: `✗ ${detail}\n`,
    });
  });

  it('rotate-secret takes an overlap', async () => {
    const rotated = { body: { ...client, ...secret } };
    server.answers.push(rotated, rotated);
    await clients(['rotate-secret', 'importer']);
    await clients(['rotate-secret', 'importer', '--overlap', '0']);
    expect(server.calls).toMatchObject([
      { request: 'POST /admin/clients/importer/rotate-secret' },
      { body: { overlap_seconds: 0 } },
    ]);
    expect(server.calls[0]?.body).toEqual({});
  });

  it('end-secret ends one', async () => {
    server.answers.push({ status: 204 });
    const { stdout } = await clients(['end-secret', 'importer', 'id-1', '--json']);
    expect(server.calls[0]?.request).toBe('DELETE /admin/clients/importer/secrets/id-1');
    expect(JSON.parse(stdout)).toEqual({
      client_id: 'importer',
      secret_id: 'id-1',
      ended: true,
    });
  });

  it.each(['disable', 'enable', 'revoke-tokens'])('%s asks for just that', async (verb) => {
    server.answers.push({ body: client });
    const { stdout } = await clients([verb, 'importer', '--json']);
    expect(server.calls).toMatchObject([
      { request: `POST /admin/clients/importer/${verb}`, body: undefined },
    ]);
    expect(JSON.parse(stdout)).toEqual(client);
  });

  it('delete asks a terminal first, and goes by the answer', async () => {
    const no = new TestSurroundings({}, 'n\n').onTerminal();
    await expect(clients(['delete', 'importer'], no)).resolves.toMatchObject({ code: 1 });
    expect(no.stderr.text).toMatch(/^Delete the client importer\? \[y\/N\] /);
    expect(server.calls).toEqual([]);

    server.answers.push({ status: 204 });
    const yes = new TestSurroundings({}, 'y\n').onTerminal();
    await expect(clients(['delete', 'importer'], yes)).resolves.toMatchObject({
      code: 0,
      stdout: 'The client importer is deleted.\n',
    });
  });

  it('delete does not ask a script, nor who says --yes', async () => {
    server.answers.push({ status: 204 }, { status: 204 });
    const script = await clients(['delete', 'importer', '--json']);
    expect(JSON.parse(script.stdout)).toEqual({ client_id: 'importer', deleted: true });
    const terminal = new TestSurroundings().onTerminal();
    await expect(clients(['delete', 'importer', '--yes'], terminal)).resolves.toMatchObject({
      code: 0,
      stderr: '',
    });
    expect(server.calls).toHaveLength(2);
  });

  it('a failure is one document too, on stdout and with nothing on stderr', async () => {
    const problem = { type: 'about:blank', status: 404, code: 'client_not_found', detail: 'None.' };
    server.answers.push({ status: 404, body: problem });
    const { code, stdout, stderr } = await clients(['show', 'nobody', '--json']);
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(problem);
  });

  it.each([
    [['show'], /missing required argument 'client_id'/],
    [['show', 'a', 'b'], /too many arguments/],
    [['shwo', 'a'], /unknown command 'shwo'/],
    [['show', 'a', '--frobnicate'], /unknown option '--frobnicate'/],
    [['create', 'a', '--access-token-lifetime', '1h'], /whole number of seconds/],
    [['create', 'a', '--jwks', '/nowhere'], /--jwks \/nowhere: it cannot be read/],
    [['update', 'a'], /nothing to change/],
    [['list', '--issuer', 'http://auth.example'], /issuer must be an https URL/],
    [[], /which verb\?/],
  ])('does not understand %j, and says why', async (args, message) => {
    const { code, stdout, stderr } = await clients(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    const json = await clients([...args, '--json']);
    const problem = JSON.parse(json.stdout) as { readonly detail: string };
    expect(json.code).toBe(2);
    expect(problem.detail).toMatch(message);
    expect(server.calls).toEqual([]);
  });

  it.each([
    'list',
    'show',
    'create',
    'update',
    'rotate-secret',
    'end-secret',
    'disable',
    'enable',
    'revoke-tokens',
    'delete',
  ])('%s --help tells its arguments and the exit codes', async (verb) => {
    const { code, stdout, stderr } = await clients([verb, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: npm run clients -- ${verb}`);
    expect(stdout).toContain('--json');
    expect(stdout).toMatch(/^Exit codes:\n {2}0 {2}done$/m);
  });
});
