import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdminServer } from '../fixtures/admin-server.ts';
import { TestSurroundings, runCommand } from '../fixtures/command-run.ts';
import { resourcesProgram } from './resources.program.ts';

const read = { name: 'stock:read', description: 'Read the stock' };
const write = { name: 'stock:write', description: 'Change it = all of it' };
const resource = {
  name: 'stock-api',
  identifier: 'https://stock.example',
  scopes: [read],
  introspection_clients: ['a'],
  created_at: '2026-01-02T03:04:05.678Z',
  created_by: 'operator',
  updated_at: '2026-01-02T03:04:05.678Z',
  updated_by: 'operator',
};

describe('npm run resources', () => {
  let server: AdminServer;

  beforeEach(async () => {
    server = await AdminServer.start();
  });

  afterEach(() => server.stop());

  const resources = (args: readonly string[], surroundings?: TestSurroundings) =>
    runCommand(resourcesProgram, args, {
      issuer: server.url,
      ...(surroundings && { surroundings }),
    });
  const bodies = () => server.calls.map(({ body }) => body);

  it('list and show tell of their scopes', async () => {
    const page = { body: { items: [resource], nextCursor: null } };
    server.answers.push(page, page, { body: resource });
    const list = await resources(['list']);
    expect(list.stdout).toMatch(/^stock-api +https:\/\/stock\.example +stock:read$/m);
    const json = await resources(['list', '--json']);
    expect(JSON.parse(json.stdout)).toEqual(page.body);
    const shown = await resources(['show', 'stock-api']);
    expect(shown.stdout).toMatch(/^asked about by +a$/m);
    expect(shown.stdout).toMatch(/^stock:read +Read the stock$/m);
  });

  it('create sends what the flags say', async () => {
    server.answers.push({ status: 201, body: resource });
    const { code } = await resources([
      ...['create', 'stock-api', '--identifier', 'https://stock.example'],
      ...['--scope', 'stock:read=Read the stock', '--scope', 'stock:write=Change it = all of it'],
      ...['--introspection-client', 'a', '--introspection-client', 'b'],
    ]);
    expect(code).toBe(0);
    expect(server.calls[0]?.request).toBe('POST /admin/resource-servers');
    expect(bodies()).toEqual([
      {
        name: 'stock-api',
        identifier: 'https://stock.example',
        scopes: [read, write],
        introspection_clients: ['a', 'b'],
      },
    ]);
  });

  it.each<[readonly string[], object]>([
    [['--identifier', 'https://x.example'], { identifier: 'https://x.example' }],
    [['--scope', 'stock:write=Change it = all of it'], { scopes: [read, write] }],
    [['--scope', 'stock:read=Anew'], { scopes: [{ name: 'stock:read', description: 'Anew' }] }],
    [['--remove-scope', 'stock:read'], { scopes: [] }],
    [['--introspection-client', 'b'], { introspection_clients: ['a', 'b'] }],
    [['--remove-introspection-client', 'a'], { introspection_clients: [] }],
  ])('update %j changes the version it has read, and nothing else', async (flags, changes) => {
    server.answers.push({ body: resource, headers: { etag: '"4"' } }, { body: resource });
    const { code } = await resources(['update', 'stock-api', ...flags]);
    expect(code).toBe(0);
    expect(server.calls[1]).toMatchObject({
      request: 'PATCH /admin/resource-servers/stock-api',
      ifMatch: '"4"',
    });
    expect(bodies()[1]).toEqual(changes);
  });

  it.each(['--remove-scope', '--remove-introspection-client'])(
    'update %s says that there is no such thing to remove',
    async (flag) => {
      server.answers.push({ body: resource, headers: { etag: '"4"' } });
      const { code, stderr } = await resources(['update', 'stock-api', flag, 'typo']);
      expect(code).toBe(3);
      expect(stderr).toMatch(/has no .* typo/);
      expect(server.calls).toHaveLength(1);
    },
  );

  it('delete asks a terminal first, and no script', async () => {
    const no = new TestSurroundings({}, 'n\n').onTerminal();
    await expect(resources(['delete', 'stock-api'], no)).resolves.toMatchObject({ code: 1 });
    expect(server.calls).toEqual([]);

    server.answers.push({ status: 204 });
    const { stdout } = await resources(['delete', 'stock-api', '--json']);
    expect(JSON.parse(stdout)).toEqual({ name: 'stock-api', deleted: true });
    expect(server.calls[0]?.request).toBe('DELETE /admin/resource-servers/stock-api');
  });

  it.each([
    [['create', 'a'], /required option '--identifier <uri>'/],
    [['create', 'a', '--identifier', 'x:y', '--scope', 'no-description'], /name=description/],
    [['update', 'a'], /nothing to change/],
  ])('does not understand %j, and says why', async (args, message) => {
    const { code, stderr } = await resources(args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
