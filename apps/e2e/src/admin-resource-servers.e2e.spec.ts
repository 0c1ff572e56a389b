import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  administer,
  clientPath,
  registerClient,
  registerResourceServer,
  remove,
  resourceServerIn,
  type AdminPage,
  type AdminResourceServer,
} from './support/admin.js';
import { members, send, shown, type Answer } from './support/http.js';
import { basic, form, GRANT, noteSecret, postToken } from './support/oauth.js';
import { problemIn } from './support/orders.js';
import { system } from './support/system.js';

describe('the admin API for resource servers', () => {
  const made: string[] = [];

  afterAll(async () => {
    for (const path of made.toReversed()) await administer(path, { method: 'DELETE' });
  });

  const register = async (metadata: object = {}): Promise<AdminResourceServer> => {
    const server = await registerResourceServer(metadata);
    made.push(`resource-servers/${server.name}`);
    return server;
  };
  const registerHolder = async (scope: string) => {
    const client = await registerClient({ scope });
    made.push(clientPath(client.client_id));
    return client;
  };
  const show = async (name: string) =>
    resourceServerIn(await administer(`resource-servers/${name}`), 200);
  const patch = (name: string, body: object, headers = {}): Promise<Answer> =>
    administer(`resource-servers/${name}`, { method: 'PATCH', body, headers });
  const onlyScope = ({ scopes }: AdminResourceServer) => scopes[0]?.name ?? '';

  it('registers one whose tokens clients can get at once', async () => {
    const server = await register();
    const scope = onlyScope(server);
    const client = await registerHolder(scope);

    const answer = await postToken(
      { ...GRANT, resource: server.identifier },
      { authorization: basic(client) },
    );

    expect(members(answer)['scope']).toBe(scope);
    const [, payload = ''] = String(members(answer)['access_token']).split('.');
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(claims).toMatchObject({ aud: server.identifier, scope });
    expect(await show(server.name)).toEqual(server);
    expect(server).toMatchObject({ created_by: 'operator', introspection_clients: [] });
  });

  it('says where a new one is', async () => {
    const name = `e2e-api-${randomUUID()}`;
    made.push(`resource-servers/${name}`);

    const answer = await administer('resource-servers', {
      method: 'POST',
      body: { name, identifier: `urn:example:${name}` },
    });

    expect(resourceServerIn(answer, 201).scopes).toEqual([]);
    const location = answer.headers.get('location') ?? '';
    expect(location).toBe(`${system.authServer}/admin/resource-servers/${name}`);
    expect(answer.headers.get('etag')).toBe('"1"');
  });

  it('takes each name, identifier and scope once', async () => {
    const server = await register();
    const other = { name: `e2e-api-${randomUUID()}`, identifier: `urn:${randomUUID()}` };
    const post = (body: object) => administer('resource-servers', { method: 'POST', body });

    const [byName, byIdentifier, byScope] = [
      await post({ ...other, name: server.name }),
      await post({ ...other, identifier: server.identifier }),
      await post({ ...other, scopes: [{ name: 'orders:read', description: 'Mine' }] }),
    ];

    expect(problemIn(byName, 409).code).toBe('resource_server_exists');
    expect(problemIn(byIdentifier, 409).code).toBe('identifier_taken');
    expect(problemIn(byScope, 409).code).toBe('scope_taken');
    problemIn(await administer(`resource-servers/${other.name}`), 404);
    const moved = await patch(server.name, { identifier: system.ordersApi });
    expect(problemIn(moved, 409).code).toBe('identifier_taken');
    const grabbed = await patch(server.name, {
      scopes: [{ name: 'orders:bill', description: 'Mine' }],
    });
    expect(problemIn(grabbed, 409).code).toBe('scope_taken');
    expect(await show(server.name)).toEqual(server);
  });

  it('changes what is named and leaves the rest', async () => {
    const server = await register();
    const scopes = [
      { name: onlyScope(server), description: 'Read what there is' },
      { name: `${server.name}:write`, description: 'Write it' },
    ];

    const described = resourceServerIn(await patch(server.name, { scopes }), 200);
    expect(described).toEqual({ ...server, scopes, updated_at: described.updated_at });

    const identifier = `https://moved.example/${randomUUID()}`;
    const moved = resourceServerIn(await patch(server.name, { identifier }), 200);
    expect(moved).toMatchObject({ identifier, scopes });
    const same = await patch(server.name, { identifier, scopes });
    expect(same.headers.get('etag')).toBe('"3"');
  });

  it('moves the tokens along with the identifier', async () => {
    const server = await register();
    const client = await registerHolder(onlyScope(server));
    const status = async (resource: string) =>
      (await postToken({ ...GRANT, resource }, { authorization: basic(client) })).status;
    expect(await status(server.identifier)).toBe(200);
    const identifier = `urn:${randomUUID()}`;

    resourceServerIn(await patch(server.name, { identifier }), 200);

    expect(await status(identifier)).toBe(200);
    expect(await status(server.identifier)).toBe(400);
  });

  it('lets no change overwrite another that was made from the same version', async () => {
    const { name } = await register();

    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        patch(name, { identifier: `urn:${randomUUID()}` }, { 'if-match': '"1"' }),
      ),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412]);
    const path = `resource-servers/${name}`;
    const headers = { 'if-match': '"1"' };
    problemIn(await administer(path, { method: 'DELETE', headers }), 412);
  });

  it('takes no scope away that clients hold, and says how many do', async () => {
    const server = await register();
    const scope = onlyScope(server);
    const holders = [await registerHolder(scope), await registerHolder(scope)];
    const path = `resource-servers/${server.name}`;

    for (const refused of [
      await patch(server.name, { scopes: [] }),
      await administer(path, { method: 'DELETE' }),
    ]) {
      expect(problemIn(refused, 409)).toMatchObject({
        code: 'scope_in_use',
        errors: [{ field: 'scopes', detail: `${scope} is held by 2 clients` }],
      });
    }
    const listed = members(await administer(`clients?scope=${scope}`))['items'] as object[];
    expect(listed).toHaveLength(2);

    for (const { client_id } of holders) await remove(clientPath(client_id));
    await remove(path);
    problemIn(await administer(path), 404);
  });

  it('gives no scope to a client while it is taken away', async () => {
    for (let round = 0; round < 5; round += 1) {
      const server = await registerResourceServer();
      const scope = onlyScope(server);
      const client = await registerClient({ scope: '' });

      const [granted, deleted] = await Promise.all([
        administer(clientPath(client.client_id), { method: 'PATCH', body: { scope } }),
        administer(`resource-servers/${server.name}`, { method: 'DELETE' }),
      ]);

      expect([`${granted.status} ${deleted.status}`], shown(granted)).toEqual([
        granted.status === 200 ? '200 409' : '422 204',
      ]);
      await remove(clientPath(client.client_id));
      if (deleted.status !== 204) await remove(`resource-servers/${server.name}`);
    }
  });

  it('lets the clients it names ask about tokens, and no others', async () => {
    const server = await register();
    const [holder, asking] = [
      await registerHolder(onlyScope(server)),
      await registerHolder('orders:read'),
    ];
    const issued = await postToken(GRANT, { authorization: basic(holder) });
    const token = String(members(issued)['access_token']);
    noteSecret(token);
    const isActive = async () => {
      const answer = await send(`${system.authServer}/oauth2/introspect`, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: basic(asking),
        },
        body: form({ token }),
      });
      return members(answer)['active'];
    };
    expect(await isActive()).toBe(false);

    const named = { introspection_clients: [asking.client_id] };
    expect(resourceServerIn(await patch(server.name, named), 200)).toMatchObject(named);
    expect(await isActive()).toBe(true);

    await patch(server.name, { introspection_clients: [] });
    expect(await isActive()).toBe(false);

    const unknown = await patch(server.name, { introspection_clients: ['nobody-of-that-name'] });
    expect(problemIn(unknown, 422)).toMatchObject({
      code: 'unknown_client',
      errors: [{ field: 'introspection_clients' }],
    });
  });

  describe('of the server itself', () => {
    let itself: AdminResourceServer;
    const path = 'resource-servers/auth-server';

    beforeAll(async () => {
      itself = await show('auth-server');
    });

    it('are such that the admin API stays within reach', async () => {
      const [read = expect.fail()] = itself.scopes;
      const refused = [
        await administer(path, { method: 'DELETE' }),
        await patch('auth-server', { scopes: [] }),
        await patch('auth-server', { scopes: [read] }),
        await patch('auth-server', { identifier: 'https://elsewhere.example' }),
      ];

      for (const answer of refused) expect(problemIn(answer, 409).code).toBe('own_resource_server');
      expect(await show('auth-server')).toEqual(itself);
    });

    it('can be described in other words', async () => {
      const scopes = itself.scopes.map((scope) => ({ ...scope, description: 'Other words' }));

      expect(resourceServerIn(await patch('auth-server', { scopes }), 200).scopes).toEqual(scopes);

      const { scopes: former } = itself;
      expect(resourceServerIn(await patch('auth-server', { scopes: former }), 200)).toMatchObject({
        scopes: former,
      });
    });
  });

  it('lists them in pages', async () => {
    const names = [(await register()).name, (await register()).name];
    const listed: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const text = new URLSearchParams({ limit: '1', ...(cursor && { cursor }) }).toString();
      const answer = await administer(`resource-servers?${text}`);
      const page = members(answer) as unknown as AdminPage<AdminResourceServer>;
      listed.push(...page.items.map(({ name }) => name));
      cursor = page.nextCursor;
    }

    expect(listed).toEqual(expect.arrayContaining(['auth-server', 'orders-api', ...names]));
    expect(new Set(listed)).toHaveLength(listed.length);
  });
});
