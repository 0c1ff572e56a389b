import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdminServer } from '../fixtures/admin-server.ts';
import { accessToken } from './access-token.ts';
import { AdminApi } from './admin-api.ts';

describe('AdminApi', () => {
  let server: AdminServer;
  let api: AdminApi;

  beforeEach(async () => {
    server = await AdminServer.start();
    const issuer = new URL(server.url);
    const credentials = { client_id: 'ops', client_secret: 's' };
    api = new AdminApi(issuer, await accessToken(issuer, credentials, 'clients:read'));
  });

  afterEach(() => server.stop());

  it('sends the token, and names as one segment of the path', async () => {
    server.answers.push({ body: { client_id: 'a' }, headers: { etag: '"7"' } });
    await expect(api.get(['clients', 'a/../b ?é'])).resolves.toEqual({
      representation: { client_id: 'a' },
      entityTag: '"7"',
    });
    expect(server.calls).toEqual([
      {
        request: 'GET /admin/clients/a%2F..%2Fb%20%3F%C3%A9',
        authorization: 'Bearer at1',
        ifMatch: undefined,
        body: undefined,
      },
    ]);
  });

  it.each(['', '.', '..'])(
    'asks for nothing by the name %j, which is another address',
    async (name) => {
      await expect(api.delete(['clients', name])).rejects.toMatchObject({ exitCode: 2 });
      expect(server.calls).toEqual([]);
    },
  );

  it('follows a list to its end', async () => {
    server.answers.push(
      { body: { items: [{ client_id: 'a' }, { client_id: 'b' }], nextCursor: 'c=1&2' } },
      { body: { items: [{ client_id: 'c' }], nextCursor: null } },
    );
    const items = await api.list(['clients'], { scope: 'orders:read' });
    expect(items.map((item) => item['client_id'])).toEqual(['a', 'b', 'c']);
    expect(server.calls.map(({ request }) => request)).toEqual([
      'GET /admin/clients?scope=orders%3Aread&limit=100',
      'GET /admin/clients?scope=orders%3Aread&limit=100&cursor=c%3D1%262',
    ]);
  });

  it('changes the version that was read', async () => {
    server.answers.push({ body: {} });
    await api.patch(['clients', 'a'], { scope: '' }, '"7"');
    expect(server.calls).toMatchObject([
      { request: 'PATCH /admin/clients/a', ifMatch: '"7"', body: { scope: '' } },
    ]);
  });

  it.each<[number, string | undefined, number]>([
    [400, 'invalid_input', 1],
    [422, 'unknown_scope', 1],
    [404, 'client_not_found', 3],
    [404, undefined, 5],
    [409, 'client_exists', 4],
    [412, 'version_mismatch', 4],
    [401, undefined, 5],
    [403, undefined, 5],
    [429, undefined, 5],
    [503, 'database_unavailable', 5],
  ])('makes of the answer %i %s exit code %i', async (status, code, exitCode) => {
    const problem = { type: 'about:blank', status, detail: 'Why it is so.', ...(code && { code }) };
    server.answers.push({ status, body: problem });
    const failure: unknown = await api.get(['clients', 'a']).catch((error: unknown) => error);
    expect(failure).toMatchObject({ exitCode, problem, message: 'Why it is so.' });
  });

  it('reads why it is refused behind a challenge too (RFC 6750 3)', async () => {
    server.answers.push({
      status: 403,
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' },
      body: { type: 'about:blank', status: 403, detail: 'The scope clients:write is needed.' },
    });
    await expect(api.post(['clients'])).rejects.toMatchObject({
      exitCode: 5,
      message: 'The scope clients:write is needed.',
    });
  });

  it('names each field that is at fault', async () => {
    const errors = [{ field: 'scope', detail: 'must be text' }];
    server.answers.push({ status: 400, body: { detail: 'It is wrong.', errors } });
    await expect(api.post(['clients'], {})).rejects.toThrow('It is wrong.\n  scope must be text');
  });

  it('says what has answered where that is not the API', async () => {
    server.answers.push({ status: 502, headers: { 'content-type': 'text/html' }, body: '<p>' });
    await expect(api.get(['clients', 'a'])).rejects.toMatchObject({
      exitCode: 5,
      message: 'the server answers 502 at /admin/clients/a',
    });
  });
});
