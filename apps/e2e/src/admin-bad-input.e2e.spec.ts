import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  administer,
  clientPath,
  newClientId,
  operatorToken,
  registerClient,
  registerResourceServer,
  remove,
  type AdminClient,
  type AdminResourceServer,
} from './support/admin.js';
import { sendPlain, shown } from './support/http.js';
import { faultyFields, problemIn } from './support/orders.js';
import { system } from './support/system.js';

/** Stands in all bad input, and may stand in no answer. */
const CANARY = 'canary-4f1c';
const HALF_A_CHARACTER = '\ud800';
const NESTED = JSON.parse('['.repeat(500) + ']'.repeat(500)) as object;

const publicKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
};
const jwks = { keys: [publicKey] };
const keyed = { token_endpoint_auth_method: 'private_key_jwt' };

type Case = [what: string, members: object, field: string];

/** What is wrong in `POST` and in `PATCH` alike. */
const faults: Case[] = [
  ['an empty name', { client_name: '' }, 'client_name'],
  ['a name that is a number', { client_name: 42 }, 'client_name'],
  ['an endless name', { client_name: CANARY.repeat(10) }, 'client_name'],
  ['a NUL in the name', { client_name: `${CANARY}\0` }, 'client_name'],
  ['half a character', { client_name: `${CANARY}${HALF_A_CHARACTER}` }, 'client_name'],
  ['blanks around the name', { client_name: ` ${CANARY}` }, 'client_name'],
  ['an unknown method', { token_endpoint_auth_method: CANARY }, 'token_endpoint_auth_method'],
  ['a method of no use', { token_endpoint_auth_method: 'none' }, 'token_endpoint_auth_method'],
  ['a method that is null', { token_endpoint_auth_method: null }, 'token_endpoint_auth_method'],
  ['another grant', { grant_types: ['password'] }, 'grant_types.0'],
  ['one grant too many', { grant_types: ['client_credentials', CANARY] }, 'grant_types'],
  ['the grant twice', { grant_types: ['client_credentials', 'client_credentials'] }, 'grant_types'],
  ['no grant at all', { grant_types: [] }, 'grant_types'],
  ['a grant that is no list', { grant_types: 'client_credentials' }, 'grant_types'],
  ['a scope that is a list', { scope: ['orders:read'] }, 'scope'],
  ['a scope that is null', { scope: null }, 'scope'],
  ['two blanks in the scope', { scope: 'orders:read  orders:write' }, 'scope'],
  ['a blank after the scope', { scope: 'orders:read ' }, 'scope'],
  ['a quotation mark in the scope', { scope: `"${CANARY}"` }, 'scope'],
  ['a scope beyond ASCII', { scope: 'é' }, 'scope'],
  ['an endless scope', { scope: 'a '.repeat(1_500).trim() }, 'scope'],
  ['a lifetime that is too short', { access_token_lifetime: 9 }, 'access_token_lifetime'],
  ['a lifetime that is too long', { access_token_lifetime: 601 }, 'access_token_lifetime'],
  ['a broken lifetime', { access_token_lifetime: 60.5 }, 'access_token_lifetime'],
  ['a lifetime that is a text', { access_token_lifetime: '60' }, 'access_token_lifetime'],
  ['a lifetime beyond measure', { access_token_lifetime: 1e300 }, 'access_token_lifetime'],
  ['a switch that is a text', { disabled: 'true' }, 'disabled'],
  ['a switch that is null', { disabled: null }, 'disabled'],
  ['keys beside a secret', { jwks }, 'jwks'],
  ['an address of keys beside a secret', { jwks_uri: 'https://a.example/jwks' }, 'jwks_uri'],
  ['a method without its keys', keyed, 'jwks'],
  ['two kinds of keys', { ...keyed, jwks, jwks_uri: 'https://a.example/jwks' }, 'jwks'],
  ['keys that are a text', { ...keyed, jwks: CANARY }, 'jwks'],
  ['a list of keys without its name', { ...keyed, jwks: [publicKey] }, 'jwks'],
  ['an empty set of keys', { ...keyed, jwks: { keys: [] } }, 'jwks.keys'],
  ['a key that is nothing', { ...keyed, jwks: { keys: [{}] } }, 'jwks.keys.0'],
  ['a shared key', { ...keyed, jwks: { keys: [{ kty: 'oct', k: CANARY }] } }, 'jwks.keys.0'],
  [
    'a point off the curve',
    { ...keyed, jwks: { keys: [{ ...publicKey, y: publicKey.x }] } },
    'jwks.keys.0',
  ],
  ['no address', { ...keyed, jwks_uri: CANARY }, 'jwks_uri'],
  ['an address of another kind', { ...keyed, jwks_uri: 'file:///etc/passwd' }, 'jwks_uri'],
  ['a plain address', { ...keyed, jwks_uri: 'http://client.example/jwks' }, 'jwks_uri'],
  ['an unknown member', { redirect_uris: [] }, 'redirect_uris'],
  ['a secret of their own', { client_secret: CANARY }, 'client_secret'],
  ['what only the server says', { created_at: '2030-01-01T00:00:00Z' }, 'created_at'],
  ['something nested 500 deep', { scope: NESTED }, 'scope'],
];

describe('bad input to the admin API', () => {
  let client: AdminClient;
  let server: AdminResourceServer;

  beforeAll(async () => {
    client = await registerClient();
    server = await registerResourceServer();
  });

  afterAll(async () => {
    await remove(clientPath(client.client_id));
    await remove(`resource-servers/${server.name}`);
  });

  const post = (body: unknown) => administer('clients', { method: 'POST', body });
  const patch = (body: unknown) =>
    administer(clientPath(client.client_id), { method: 'PATCH', body });

  it.each<Case>([
    ...faults,
    ['an empty client_id', { client_id: '' }, 'client_id'],
    ['a client_id that is a number', { client_id: 1 }, 'client_id'],
    ['a client_id that is null', { client_id: null }, 'client_id'],
    ['an endless client_id', { client_id: 'x'.repeat(101) }, 'client_id'],
    ['a client_id with a line break', { client_id: `${CANARY}\n` }, 'client_id'],
    ['a client_id with half a character', { client_id: HALF_A_CHARACTER }, 'client_id'],
    ['a client_id too long to encode', { client_id: '漢'.repeat(30) }, 'client_id'],
    ['a client_id that is a folder', { client_id: '..' }, 'client_id'],
  ])('registers no client with %s, and names the field', async (_what, members, field) => {
    const answer = await post({ client_id: newClientId(), ...members });

    expect(faultyFields(answer)).toEqual([field]);
    expect(problemIn(answer, 400).code).toBe('invalid_input');
    expect(answer.text).not.toContain(CANARY);
  });

  it.each<Case>([...faults, ['another client_id', { client_id: CANARY }, 'client_id']])(
    'gives no client %s, and names the field',
    async (_what, members, field) => {
      const answer = await patch(members);

      expect(faultyFields(answer)).toEqual([field]);
      expect(answer.text).not.toContain(CANARY);
      expect((await administer(clientPath(client.client_id))).headers.get('etag')).toBe('"1"');
    },
  );

  it('knows no scope that no resource server has', async () => {
    const body = { scope: `orders:read ${CANARY}` };
    for (const answer of [await post(body), await patch(body)]) {
      expect(problemIn(answer, 422)).toMatchObject({
        code: 'unknown_scope',
        errors: [{ field: 'scope' }],
      });
      expect(answer.text).not.toContain(CANARY);
    }
  });

  it.each<Case>([
    ['a negative overlap', { overlap_seconds: -1 }, 'overlap_seconds'],
    ['a broken overlap', { overlap_seconds: 0.5 }, 'overlap_seconds'],
    ['an endless overlap', { overlap_seconds: 2_592_001 }, 'overlap_seconds'],
    ['an overlap that is a text', { overlap_seconds: '60' }, 'overlap_seconds'],
    ['an overlap that is null', { overlap_seconds: null }, 'overlap_seconds'],
    ['a secret of their own', { client_secret: CANARY }, 'client_secret'],
  ])('rotates no secret with %s', async (_what, body, field) => {
    const path = clientPath(client.client_id, '/rotate-secret');

    expect(faultyFields(await administer(path, { method: 'POST', body }))).toEqual([field]);
  });

  it.each<[query: string, field: string]>([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=many', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['cursor=', 'cursor'],
    ['cursor=%00', 'cursor'],
    ['cursor=AA', 'cursor'],
    ['cursor=YQ==', 'cursor'],
    ['cursor=YR', 'cursor'],
    [`cursor=${'a'.repeat(1_000)}`, 'cursor'],
    ['cursor=YQ&cursor=YQ', 'cursor'],
    ['disabled=yes', 'disabled'],
    ['scope=%C3%A9', 'scope'],
    ['scope=a%20b', 'scope'],
    ['offset=1', 'offset'],
  ])('lists nothing for "?%s"', async (query, field) => {
    expect(faultyFields(await administer(`clients?${query}`))).toEqual([field]);
    if (field === 'disabled' || field === 'scope') return;
    expect(faultyFields(await administer(`resource-servers?${query}`))).toEqual([field]);
  });

  it.each<Case>([
    ['no name', { name: undefined }, 'name'],
    ['a name that is no part of an address', { name: `${CANARY}/b` }, 'name'],
    ['a name that is a folder', { name: '..' }, 'name'],
    ['an endless name', { name: 'x'.repeat(65) }, 'name'],
    ['no identifier', { identifier: undefined }, 'identifier'],
    ['a relative identifier', { identifier: `/${CANARY}` }, 'identifier'],
    ['an identifier with a fragment', { identifier: 'https://a.example/#a' }, 'identifier'],
    ['an identifier with blanks', { identifier: ' https://a.example' }, 'identifier'],
    ['an identifier with a line break', { identifier: 'https://a.example\n' }, 'identifier'],
    ['an identifier beyond ASCII', { identifier: 'https://ä.example' }, 'identifier'],
    ['an endless identifier', { identifier: `urn:${'x'.repeat(500)}` }, 'identifier'],
    ['scopes that are a text', { scopes: 'a b' }, 'scopes'],
    ['a scope that is a text', { scopes: ['a'] }, 'scopes.0'],
    ['a scope with a blank', { scopes: [{ name: 'a b', description: 'x' }] }, 'scopes.0.name'],
    ['a scope without a description', { scopes: [{ name: 'a' }] }, 'scopes.0.description'],
    [
      'a scope that comes twice',
      { scopes: Array(2).fill({ name: 'a', description: 'x' }) as object[] },
      'scopes',
    ],
    [
      'too many scopes',
      { scopes: Array.from({ length: 101 }, (_, n) => ({ name: `s${n}`, description: 'x' })) },
      'scopes',
    ],
    ['a client that is a number', { introspection_clients: [1] }, 'introspection_clients.0'],
    ['a client twice', { introspection_clients: ['a', 'a'] }, 'introspection_clients'],
    ['an unknown member', { secret: CANARY }, 'secret'],
  ])('registers no resource server with %s', async (_what, members, field) => {
    const body = { name: 'e2e-never', identifier: 'urn:e2e:never', ...members };
    const answer = await administer('resource-servers', { method: 'POST', body });

    expect(faultyFields(answer)).toEqual([field]);
    expect(answer.text).not.toContain(CANARY);
    if (field === 'name' || Object.values(members).includes(undefined)) return;
    const path = `resource-servers/${server.name}`;
    expect(faultyFields(await administer(path, { method: 'PATCH', body: members }))).toEqual([
      field,
    ]);
  });

  it('does not take another name for a resource server', async () => {
    const path = `resource-servers/${server.name}`;

    const answer = await administer(path, { method: 'PATCH', body: { name: 'another' } });

    expect(faultyFields(answer)).toEqual(['name']);
  });

  it.each<[what: string, body: string | Buffer]>([
    ['broken JSON', `{"client_name":"${CANARY}"`],
    ['a text', CANARY],
    ['null', 'null'],
    ['a number', '42'],
    ['a list', '[]'],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a __proto__ member', `{"__proto__":{"disabled":true}}`],
    ['JSON nested 20000 deep', '['.repeat(20_000) + ']'.repeat(20_000)],
  ])('refuses a body that is %s', async (_what, body) => {
    const token = await operatorToken();
    const path = clientPath(client.client_id);
    for (const [method, target] of [
      ['POST', 'clients'],
      ['PATCH', path],
      ['POST', `${path}/rotate-secret`],
      ['POST', 'resource-servers'],
      ['PATCH', `resource-servers/${server.name}`],
    ] as const) {
      const answer = await sendPlain(`${system.authServer}/admin/${target}`, {
        method,
        headers: [
          ['Authorization', `Bearer ${token}`],
          ['Content-Type', 'application/json'],
        ],
        body,
      });

      problemIn(answer, 400);
      expect(answer.text).not.toContain(CANARY);
    }
  });

  it('refuses a change without a body, and one of another type', async () => {
    const path = clientPath(client.client_id);
    const headers = { 'content-type': 'text/plain' };

    problemIn(await administer(path, { method: 'PATCH' }), 400);
    problemIn(await administer(path, { method: 'PATCH', body: '{}', headers }), 415);
    problemIn(await administer('clients', { method: 'POST' }), 400);
  });

  it.each(['%00', '%0A', '..%2f..%2fetc', 'x'.repeat(101), '%ED%A0%80', "1'%20OR%20'1'='1"])(
    'knows neither client nor resource server "%s"',
    async (key) => {
      for (const kind of ['clients', 'resource-servers']) {
        for (const answer of [
          await administer(`${kind}/${key}`),
          await administer(`${kind}/${key}`, { method: 'PATCH', body: {} }),
          await administer(`${kind}/${key}`, { method: 'DELETE' }),
        ]) {
          expect([400, 404, 414], shown(answer)).toContain(answer.status);
          problemIn(answer, answer.status);
        }
      }
      const secret = clientPath(client.client_id, `/secrets/${key}`);
      const answer = await administer(secret, { method: 'DELETE' });
      expect([400, 404, 414], shown(answer)).toContain(answer.status);
    },
  );
});
