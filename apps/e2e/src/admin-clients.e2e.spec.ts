import { exportJWK, generateKeyPair } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import {
  actOn,
  administer,
  clientIn,
  clientPath,
  newClientId,
  operatorToken,
  registerClient,
  registerResourceServer,
  remove,
  showClient,
  shownLater,
  tokenStatus,
  type AdminClient,
  type AdminPage,
} from './support/admin.js';
import { assertionClaims, signAssertion, withAssertion } from './support/client-assertions.js';
import { members, shown, type Answer } from './support/http.js';
import { accessTokenFor, basic, GRANT, postToken } from './support/oauth.js';
import { callOrders, problemIn } from './support/orders.js';
import { system } from './support/system.js';

describe('the admin API for clients', () => {
  const made: string[] = [];

  afterAll(async () => {
    for (const clientId of made) await administer(clientPath(clientId), { method: 'DELETE' });
  });

  const register = async (metadata: object = {}): Promise<AdminClient> => {
    const client = await registerClient(metadata);
    made.push(client.client_id);
    return client;
  };
  const patch = async (clientId: string, body: object, headers = {}): Promise<Answer> =>
    administer(clientPath(clientId), { method: 'PATCH', body, headers });
  const newKeys = async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    return {
      jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256', use: 'sig' }] },
      privateKey: { ...(await exportJWK(privateKey)), kid: 'k', alg: 'ES256' },
    };
  };

  it('registers a client that gets tokens at once, and says where it is', async () => {
    const client_id = newClientId();
    made.push(client_id);

    const answer = await administer('clients', {
      method: 'POST',
      body: { client_id, client_name: 'Importer', scope: 'orders:write orders:read' },
    });

    const client = clientIn(answer, 201);
    expect(answer.headers.get('location')).toBe(`${system.authServer}/admin/clients/${client_id}`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(client).toMatchObject({
      client_id,
      client_name: 'Importer',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
      scope: 'orders:read orders:write',
      access_token_lifetime: null,
      disabled: false,
      created_by: 'operator',
      updated_by: 'operator',
      client_secret_expires_at: 0,
    });
    expect(client.client_secret.endsWith(client.client_secrets[0]?.hint ?? '-')).toBe(true);
    expect(await tokenStatus(client_id, client.client_secret)).toBe(200);
    expect(await showClient(client_id)).toEqual(shownLater(client));
  });

  it('makes up a client_id, and a name, where none is given', async () => {
    const [a, b] = [
      await register({ client_id: undefined }),
      await register({ client_id: undefined }),
    ];

    expect(a.client_id).toMatch(/^[\w-]{20,}$/);
    expect(a.client_id).not.toBe(b.client_id);
    expect(a.client_name).toBe(a.client_id);
  });

  it('registers one of several clients that want the same client_id at once', async () => {
    const client_id = newClientId();
    made.push(client_id);

    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        administer('clients', { method: 'POST', body: { client_id } }),
      ),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused && problemIn(refused, 409)).toMatchObject({
      code: 'client_exists',
      errors: [{ field: 'client_id' }],
    });
  });

  it.each(['a/b', 'a b', 'a%2Fb', 'ä:ö', '%', 'a?b#c', '...', 'client.v1_x~y'])(
    'can be asked about the client "%s"',
    async (suffix) => {
      const client_id = `${newClientId()}${suffix}`;
      const { client_secret } = await register({ client_id });

      expect((await showClient(client_id)).client_id).toBe(client_id);
      expect(await tokenStatus(client_id, client_secret)).toBe(200);
      await actOn(client_id, 'disable');
      expect(await tokenStatus(client_id, client_secret)).toBe(401);
    },
  );

  it('shows clients as they were provisioned, whatever their grant types', async () => {
    const client = await showClient('e2e-no-grant');

    expect(client).toMatchObject({ grant_types: ['refresh_token'], created_by: 'provisioning' });
  });

  it('does not know a client that is not there', async () => {
    const path = clientPath('nobody-of-that-name');
    const answers = [
      await administer(path),
      await administer(path, { method: 'PATCH', body: {} }),
      await administer(path, { method: 'DELETE' }),
      ...(await Promise.all(
        ['rotate-secret', 'disable', 'enable', 'revoke-tokens'].map((action) =>
          administer(`${path}/${action}`, { method: 'POST' }),
        ),
      )),
      await administer(`${path}/secrets/none`, { method: 'DELETE' }),
    ];

    for (const answer of answers) expect(problemIn(answer, 404).code).toBe('client_not_found');
  });

  it('A10: registers no client without credentials, and says why', async () => {
    const answer = await administer('clients', {
      method: 'POST',
      body: { token_endpoint_auth_method: 'none' },
    });

    const { errors } = problemIn(answer, 400);
    expect(errors).toEqual([
      {
        field: 'token_endpoint_auth_method',
        detail:
          'must be one of client_secret_basic, client_secret_post, private_key_jwt: a client without credentials gets no token',
      },
    ]);
  });

  it('registers a client with keys of its own, which has no secret', async () => {
    const { jwks, privateKey } = await newKeys();
    const client = await register({ token_endpoint_auth_method: 'private_key_jwt', jwks });

    expect(client).toMatchObject({ jwks, client_secrets: [], client_secret: '' });
    const assertion = await signAssertion(privateKey, assertionClaims(client.client_id));
    expect((await postToken({ ...GRANT, ...withAssertion(assertion) })).status).toBe(200);
    const rotated = await administer(clientPath(client.client_id, '/rotate-secret'), {
      method: 'POST',
    });
    expect(problemIn(rotated, 409).code).toBe('no_client_secret');
  });

  it('stores no private key that somebody sends for a public one', async () => {
    const { privateKey } = await newKeys();

    const answer = await administer('clients', {
      method: 'POST',
      body: { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [privateKey] } },
    });

    problemIn(answer, 400);
    expect(answer.text).not.toContain(privateKey.d);
  });

  describe('changing a client', () => {
    it('changes what is named and leaves the rest', async () => {
      const before = await register({ client_name: 'Before', access_token_lifetime: 60 });

      const after = clientIn(
        await patch(
          before.client_id,
          { client_name: 'After', scope: 'orders:bill' },
          { 'content-type': 'application/merge-patch+json' },
        ),
        200,
      );

      expect(after).toEqual({
        ...shownLater(before),
        client_name: 'After',
        scope: 'orders:bill',
        updated_at: after.updated_at,
      });
      expect(after.updated_at >= before.updated_at).toBe(true);
      expect(await showClient(before.client_id)).toEqual(after);
    });

    it('lets tokens live as long as is set, and as the server has it by null', async () => {
      const { client_id, client_secret } = await register({ access_token_lifetime: 60 });
      const lifetime = async () => {
        const authorization = basic({ client_id, client_secret });
        return members(await postToken(GRANT, { authorization }))['expires_in'];
      };
      expect(await lifetime()).toBe(60);

      const changed = clientIn(await patch(client_id, { access_token_lifetime: null }), 200);

      expect(changed.access_token_lifetime).toBeNull();
      await expect.poll(lifetime, { timeout: 2_000 }).toBe(300);
    });

    it('grants new scopes and withdraws others', async () => {
      const { client_id, client_secret } = await register({ scope: 'orders:read' });
      const granted = async () => {
        const authorization = basic({ client_id, client_secret });
        return members(await postToken(GRANT, { authorization }))['scope'];
      };
      expect(await granted()).toBe('orders:read');

      clientIn(await patch(client_id, { scope: 'orders:write orders:bill' }), 200);

      await expect
        .poll(granted, { timeout: 2_000 })
        .toMatch(/^orders:(write|bill) orders:(write|bill)$/);
    });

    it('counts no change where nothing is another', async () => {
      const { client_id } = await register();
      const before = await administer(clientPath(client_id));

      const same = await patch(client_id, { client_name: client_id, disabled: false });

      expect(same.headers.get('etag')).toBe(before.headers.get('etag'));
      expect(same.text).toBe(before.text);
    });

    it('A09: leaves no secret to a client that goes over to keys, and no keys to one that comes back', async () => {
      const { client_id, client_secret } = await register();
      const { jwks, privateKey } = await newKeys();
      const byKey = async () => {
        const assertion = await signAssertion(privateKey, assertionClaims(client_id));
        return (await postToken({ ...GRANT, ...withAssertion(assertion) })).status;
      };

      const keyed = clientIn(
        await patch(client_id, { token_endpoint_auth_method: 'private_key_jwt', jwks }),
        200,
      );
      expect(keyed).toMatchObject({ client_secrets: [], client_secret: '', jwks });
      expect(await byKey()).toBe(200);
      expect(await tokenStatus(client_id, client_secret)).toBe(401);

      const back = clientIn(
        await patch(client_id, { token_endpoint_auth_method: 'client_secret_basic' }),
        200,
      );
      expect(back.jwks).toBeUndefined();
      expect(back.client_secrets).toHaveLength(1);
      expect(await tokenStatus(client_id, back.client_secret)).toBe(200);
      expect(await tokenStatus(client_id, client_secret)).toBe(401);
      expect(await byKey()).toBe(401);
    });

    it('keeps the secrets of a client that only sends them in another way', async () => {
      const { client_id, client_secret } = await register();

      const changed = clientIn(
        await patch(client_id, { token_endpoint_auth_method: 'client_secret_post' }),
        200,
      );

      expect(changed.client_secret).toBe('');
      expect((await postToken({ ...GRANT, client_id, client_secret })).status).toBe(200);
    });

    it('replaces keys by others, and wants some as long as the client authenticates by them', async () => {
      const [first, second] = [await newKeys(), await newKeys()];
      const { client_id } = await register({
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: first.jwks,
      });
      const uri = 'https://client.example/jwks';

      expect(clientIn(await patch(client_id, { jwks: second.jwks }), 200).jwks).toEqual(
        second.jwks,
      );
      const published = clientIn(await patch(client_id, { jwks_uri: uri }), 200);
      expect(published.jwks).toBeUndefined();
      expect(published.jwks_uri).toBe(uri);
      for (const fault of [{ jwks_uri: null }, { jwks: first.jwks, jwks_uri: uri }]) {
        expect(problemIn(await patch(client_id, fault), 400).errors?.[0]?.field).toBe('jwks');
      }
      const secretive = { token_endpoint_auth_method: 'client_secret_basic', jwks_uri: uri };
      expect(problemIn(await patch(client_id, secretive), 400).errors?.[0]?.field).toBe('jwks_uri');
    });
  });

  describe('versions', () => {
    const etagOf = async (clientId: string) =>
      (await administer(clientPath(clientId))).headers.get('etag') ?? '';

    it('lets one of several changes win that were made from the same version', async () => {
      const { client_id } = await register();
      const etag = await etagOf(client_id);
      expect(etag).toBe('"1"');

      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          patch(client_id, { client_name: `name ${n}` }, { 'if-match': etag }),
        ),
      );

      const won = answers.filter(({ status }) => status === 200);
      const lost = answers.filter(({ status }) => status !== 200);
      expect(won).toHaveLength(1);
      for (const answer of lost) expect(problemIn(answer, 412).code).toBe('version_mismatch');
      expect(won[0]?.headers.get('etag')).toBe('"2"');
      const { client_name } = await showClient(client_id);
      expect(members(won[0] as Answer)['client_name']).toBe(client_name);
    });

    it('loses no change of several that are made at once', async () => {
      const { client_id } = await register();

      const answers = await Promise.all([
        patch(client_id, { client_name: 'another' }),
        patch(client_id, { scope: 'orders:bill' }),
        patch(client_id, { access_token_lifetime: 99 }),
        actOn(client_id, 'rotate-secret'),
        actOn(client_id, 'disable'),
      ]);

      expect(answers).toHaveLength(5);
      const client = await showClient(client_id);
      expect(client).toMatchObject({
        client_name: 'another',
        scope: 'orders:bill',
        access_token_lifetime: 99,
        disabled: true,
      });
      expect(client.client_secrets).toHaveLength(2);
      expect(await etagOf(client_id)).toBe('"6"');
    });

    it('changes with everything that is done to a client', async () => {
      const { client_id, client_secrets } = await register();
      const [secret] = client_secrets;
      const steps = [
        () => patch(client_id, { client_name: 'another' }),
        () => administer(clientPath(client_id, '/rotate-secret'), { method: 'POST' }),
        () =>
          administer(clientPath(client_id, `/secrets/${secret?.secret_id}`), { method: 'DELETE' }),
        () => administer(clientPath(client_id, '/disable'), { method: 'POST' }),
        () => administer(clientPath(client_id, '/enable'), { method: 'POST' }),
        () => administer(clientPath(client_id, '/revoke-tokens'), { method: 'POST' }),
      ];
      const seen = [await etagOf(client_id)];

      for (const step of steps) {
        const answer = await step();
        expect(answer.status, shown(answer)).toBeLessThan(300);
        seen.push(await etagOf(client_id));
        if (answer.status === 200) expect(answer.headers.get('etag')).toBe(seen.at(-1));
      }

      expect(new Set(seen)).toHaveLength(steps.length + 1);
    });

    it('are asked for by every change', async () => {
      const { client_id, client_secrets } = await register();
      const secret = clientPath(client_id, `/secrets/${client_secrets[0]?.secret_id}`);
      const changes = [
        [clientPath(client_id), 'PATCH'],
        [clientPath(client_id), 'DELETE'],
        [clientPath(client_id, '/rotate-secret'), 'POST'],
        [clientPath(client_id, '/disable'), 'POST'],
        [clientPath(client_id, '/enable'), 'POST'],
        [clientPath(client_id, '/revoke-tokens'), 'POST'],
        [secret, 'DELETE'],
      ] as const;

      for (const [path, method] of changes) {
        const body = method === 'PATCH' ? { body: {} } : {};
        for (const [ifMatch, status] of [
          ['"7"', 412],
          ['W/"1"', 412],
          ['1', 400],
          ['', 400],
        ] as const) {
          const headers = { 'if-match': ifMatch };
          problemIn(await administer(path, { method, headers, ...body }), status);
        }
      }
      expect(await etagOf(client_id)).toBe('"1"');
    });
  });

  describe('disabling', () => {
    it('C05: stops new tokens at once, and the other way round', async () => {
      const { client_id, client_secret } = await register();
      expect(await tokenStatus(client_id, client_secret)).toBe(200);

      expect((await actOn(client_id, 'disable')).disabled).toBe(true);
      expect(await tokenStatus(client_id, client_secret)).toBe(401);

      expect((await actOn(client_id, 'enable')).disabled).toBe(false);
      expect(await tokenStatus(client_id, client_secret)).toBe(200);
    });

    it('can be repeated, and is no change then', async () => {
      const { client_id } = await register({ disabled: true });
      const before = await administer(clientPath(client_id));

      const again = await actOn(client_id, 'disable');

      expect(again.disabled).toBe(true);
      expect((await administer(clientPath(client_id))).text).toBe(before.text);
    });

    it('C05: makes a token of an administrator worthless at once', async () => {
      const scope = 'clients:read clients:write';
      const { client_id, client_secret } = await register({ scope });
      const authorization = basic({ client_id, client_secret });
      const token = String(members(await postToken(GRANT, { authorization }))['access_token']);
      expect((await administer('clients?limit=1', { token })).status).toBe(200);

      await actOn(client_id, 'disable');
      expect((await administer('clients?limit=1', { token })).status).toBe(401);
      await actOn(client_id, 'enable');
      expect((await administer('clients?limit=1', { token })).status).toBe(200);
      await actOn(client_id, 'revoke-tokens');
      expect((await administer('clients?limit=1', { token })).status).toBe(401);
    });
  });

  describe('deleting', () => {
    it('leaves no way in', async () => {
      const { client_id, client_secret } = await registerClient();
      expect(await tokenStatus(client_id, client_secret)).toBe(200);

      await remove(clientPath(client_id));

      expect(await tokenStatus(client_id, client_secret)).toBe(401);
      problemIn(await administer(clientPath(client_id)), 404);
      problemIn(await administer(clientPath(client_id), { method: 'DELETE' }), 404);
    });

    it('gives nothing of the former client to another one of the same name', async () => {
      const { client_id, client_secret } = await registerClient({ scope: 'orders:read' });
      await remove(clientPath(client_id));

      const again = await register({ client_id, scope: '' });

      expect(again.scope).toBe('');
      expect(again.client_secrets).toHaveLength(1);
      expect(await tokenStatus(client_id, client_secret)).toBe(401);
    });
  });

  it('refuses what would shut out the client that asks for it', async () => {
    const scope = 'clients:read clients:write';
    const { client_id, client_secret, client_secrets } = await register({ scope });
    const authorization = basic({ client_id, client_secret });
    const token = String(members(await postToken(GRANT, { authorization }))['access_token']);
    const path = clientPath(client_id);
    const secret = `${path}/secrets/${client_secrets[0]?.secret_id}`;

    const refused = [
      await administer(path, { method: 'DELETE', token }),
      await administer(`${path}/disable`, { method: 'POST', token }),
      await administer(path, { method: 'PATCH', token, body: { disabled: true } }),
      await administer(path, { method: 'PATCH', token, body: { scope: 'clients:read' } }),
      await administer(secret, { method: 'DELETE', token }),
    ];

    for (const answer of refused) expect(problemIn(answer, 409).code).toBe('own_client');
    expect(await tokenStatus(client_id, client_secret)).toBe(200);
    expect((await administer(path, { method: 'PATCH', token, body: { scope } })).status).toBe(200);
    const rotated = await administer(`${path}/rotate-secret`, { method: 'POST', token });
    expect(clientIn(rotated, 200).client_secrets).toHaveLength(2);
    expect((await administer(secret, { method: 'DELETE', token })).status).toBe(204);
  });

  describe('lists', () => {
    it('come in pages in which no client is left out or comes twice', async () => {
      const server = await registerResourceServer();
      const scope = server.scopes[0]?.name ?? '';
      const ids = await Promise.all(
        Array.from({ length: 7 }, async () => (await registerClient({ scope })).client_id),
      );
      const page = async (query: Readonly<Record<string, string>>) => {
        const text = new URLSearchParams({ scope, ...query }).toString();
        const answer = await administer(`clients?${text}`);
        expect(answer.status, shown(answer)).toBe(200);
        return members(answer) as unknown as AdminPage<AdminClient>;
      };

      const sizes: number[] = [];
      const listed: AdminClient[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const { items, nextCursor }: AdminPage<AdminClient> = await page({
          limit: '3',
          ...(cursor && { cursor }),
        });
        sizes.push(items.length);
        listed.push(...items);
        // What comes and goes meanwhile moves nothing.
        if (sizes.length === 1) await remove(clientPath(items[0]?.client_id ?? ''));
        cursor = nextCursor;
      }

      expect(sizes).toEqual([3, 3, 1]);
      expect(listed.map(({ client_id }) => client_id)).toEqual([...ids].sort());
      const [first, ...others] = listed;
      expect(await showClient(others[0]?.client_id ?? '')).toEqual({
        ...others[0],
        client_secret: '',
      });
      expect((await page({ limit: '6' })).nextCursor).toBeNull();

      await actOn(others[0]?.client_id ?? '', 'disable');
      const disabled = await page({ disabled: 'true' });
      expect(disabled.items.map(({ client_id }) => client_id)).toEqual([others[0]?.client_id]);
      expect((await page({ disabled: 'false' })).items).toHaveLength(5);

      for (const id of ids.filter((id) => id !== first?.client_id)) await remove(clientPath(id));
      expect((await page({})).items).toEqual([]);
      await remove(`resource-servers/${server.name}`);
    });

    it('hold every client, a hundred a page', async () => {
      const { items } = members(
        await administer('clients?limit=100'),
      ) as unknown as AdminPage<AdminClient>;

      expect(items.map(({ client_id }) => client_id)).toEqual(
        expect.arrayContaining(['billing-worker', 'operator', 'order-entry']),
      );
    });
  });

  it('C05: gives no access to the admin API with a token for another resource', async () => {
    const token = await accessTokenFor('e2e-basic');

    expect((await administer('clients', { token })).status).toBe(401);
    expect((await callOrders('/orders?limit=1', { token: await operatorToken() })).status).toBe(
      401,
    );
  });
});
