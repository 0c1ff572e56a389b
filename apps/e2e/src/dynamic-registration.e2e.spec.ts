import { randomUUID } from 'node:crypto';
import { TestSigningKey } from '@m2m/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AuthServers } from './support/auth-servers.js';
import { members, send, shown, type Answer } from './support/http.js';
import { textLike } from './support/matchers.js';
import { expectOAuthError, noteSecret } from './support/oauth.js';
import type { Environment } from './support/processes.js';
import { runsAsProcesses } from './support/system.js';

/** A server that registers clients, and one on the same database that does not. */
const ENVIRONMENTS: Environment[] = [
  { DYNAMIC_REGISTRATION_SCOPES: 'things:read things:write' },
  {},
];

/** Events are stored twice a second. */
const SOON = { timeout: 5_000, interval: 50 };

interface Registered {
  readonly client_id: string;
  readonly client_secret: string;
  readonly registration_access_token: string;
  readonly registration_client_uri: string;
}

describe.runIf(runsAsProcesses)('dynamic registration', () => {
  let auth: AuthServers;
  let initialToken: string;

  beforeAll(async () => {
    auth = await AuthServers.start(ENVIRONMENTS);
    await auth.query(`INSERT INTO resource_server (name, identifier) VALUES ('auth-server', $1)`, [
      auth.issuer,
    ]);
    await auth.query(`
      INSERT INTO scope (name, resource_server, description)
      VALUES ('clients:register', 'auth-server', ''), ('clients:write', 'auth-server', ''),
        ('things:write', 'things', ''), ('things:delete', 'things', '')`);
    const credentials = await auth.addClient('registrar');
    await auth.query(`
      INSERT INTO client_scope (client_id, scope)
      VALUES ('registrar', 'clients:register'), ('registrar', 'clients:write')`);
    const body = { scope: 'clients:register' };
    initialToken = tokenIn(await auth.requestToken(0, { credentials, body }));
  });

  afterAll(() => auth.stop());

  it('C06 is off unless it is turned on', async () => {
    const [on, off] = [await metadataOf(0), await metadataOf(1)];
    const asked = await register({}, { at: 1 });
    const client = await registered();
    const managed = await manage('GET', client, {
      url: `${auth.url(1)}/oauth2/register/${client.client_id}`,
    });

    expect(on['registration_endpoint']).toBe(`${auth.issuer}/oauth2/register`);
    expect(off).not.toHaveProperty('registration_endpoint');
    expect([asked.status, managed.status]).toEqual([404, 404]);
  });

  it('C06 needs an initial access token', async () => {
    const answer = await register({ grant_types: ['password'] }, { token: undefined });

    expectOAuthError(answer, 401, 'invalid_token');
    expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer (?!.*\berror=)/);
  });

  it('C06 O04 has on record who is refused at a registration', async () => {
    const client = await registered();
    const url = `${auth.issuer}/oauth2/register/${client.client_id}`;
    const refused = [undefined, 'Bearer garbage'].map((authorization, index) => ({
      headers: {
        'x-request-id': `e2e-registration-${index}`,
        ...(authorization && { authorization }),
      },
    }));
    for (const request of refused) expect((await send(url, request)).status).toBe(401);

    await vi.waitFor(async () => {
      const rows = await auth.query(
        `SELECT event, subject, outcome, reason FROM audit_event
         WHERE request_id LIKE 'e2e-registration-%' ORDER BY request_id`,
      );
      const event = 'client_registration.refused';
      const common = { event, subject: client.client_id, outcome: 'failure' };
      expect(rows).toEqual([
        { ...common, reason: 'no_token' },
        { ...common, reason: 'wrong_token' },
      ]);
    }, SOON);
  });

  it('C06 takes no other token for one', async () => {
    const client = await registered({ scope: 'things:read' });
    const ordinary = tokenIn(await auth.requestToken(0, { credentials: client }));
    const operators = await operatorsToken();

    for (const token of ['garbage', ordinary, client.registration_access_token]) {
      const answer = await register({}, { token });
      expectOAuthError(answer, 401, 'invalid_token');
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
    const answer = await register({}, { token: operators });
    expectOAuthError(answer, 403, 'insufficient_scope');
    expect(answer.headers.get('www-authenticate')).toContain('scope="clients:register"');
  });

  it('C06 registers a client that gets tokens, and tells all that is registered', async () => {
    const before = Math.floor(Date.now() / 1_000);
    const answer = await register({ client_name: 'Mine', scope: 'things:write' });
    const client = registrationIn(answer);

    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { client_id_issued_at: issuedAt, ...others } = members(answer);
    expect(others).toEqual({
      client_id: client.client_id,
      client_secret: textLike(/^cs_[\w-]{43}$/),
      client_secret_expires_at: 0,
      registration_access_token: textLike(/^rat_[\w-]{43}$/),
      registration_client_uri: `${auth.issuer}/oauth2/register/${client.client_id}`,
      client_name: 'Mine',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
      scope: 'things:write',
    });
    expect(Number(issuedAt)).toBeGreaterThanOrEqual(before - 1);
    expect(Number(issuedAt)).toBeLessThanOrEqual(before + 60);
    const token = await auth.requestToken(0, { credentials: client });
    expect([token.status, members(token)['scope']]).toEqual([200, 'things:write']);
  });

  it('C06 registers a client with a key, which has no secret', async () => {
    const { publicJwk } = await TestSigningKey.generate('own');
    const keys = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicJwk] } };

    const answer = await register(keys);

    expect(answer.status, shown(answer)).toBe(201);
    expect(members(answer)).toMatchObject(keys);
    expect(members(answer)).not.toHaveProperty('client_secret');
    expect(members(answer)).not.toHaveProperty('client_secret_expires_at');
  });

  it('C06 chooses the client_id itself', async () => {
    const asked = { client_id: 'registrar', redirect_uris: ['https://client.example/'] };

    const client = await registered(asked);

    expect(client.client_id).toMatch(/^[\da-f-]{36}$/);
    expect(client).not.toHaveProperty('redirect_uris');
  });

  it.each([
    ['another grant', { grant_types: ['authorization_code'] }],
    ['a scope beyond policy', { scope: 'things:read things:delete' }],
    ["the operator's scope", { scope: 'clients:write' }],
    ["the registrar's scope", { scope: 'clients:register' }],
    ['no authentication', { token_endpoint_auth_method: 'none' }],
    ['a method without its keys', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['plain HTTP', { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: 'http://a.example' }],
    ['a name with control characters', { client_name: 'a\u0000' }],
    ['no object', []],
  ])('C06 refuses %s', async (_kind, metadata) => {
    const answer = await register(metadata);

    expectOAuthError(answer, 400, 'invalid_client_metadata');
    expect(String(members(answer)['error_description'])).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/);
  });

  it('T14 answers what is no JSON in the form of OAuth', async () => {
    const url = `${auth.issuer}/oauth2/register`;
    const call = (body: string, type: string) =>
      send(url, {
        method: 'POST',
        headers: { authorization: `Bearer ${initialToken}`, 'content-type': type },
        body,
      });

    expectOAuthError(await call('{"broken', 'application/json'), 400, 'invalid_request');
    expectOAuthError(
      await call('a=b', 'application/x-www-form-urlencoded'),
      415,
      'invalid_request',
    );
  });

  it('C03 shows a client its registration, without its secret', async () => {
    const client = await registered({ client_name: 'Mine' });

    const answer = await manage('GET', client);

    expect(answer.status, shown(answer)).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect({ ...members(answer), client_secret: client.client_secret }).toEqual(client);
    expect(members(answer)).not.toHaveProperty('client_secret');
  });

  it('C06 lets no client at the registration of another', async () => {
    const [a, b] = [await registered(), await registered()];
    const other = { token: a.registration_access_token };
    const body = { client_id: b.client_id, client_name: 'Taken over' };
    const nobody = {
      ...a,
      registration_client_uri: `${auth.issuer}/oauth2/register/${randomUUID()}`,
    };
    const refused = [
      await manage('GET', b, other),
      await manage('PUT', b, { ...other, body }),
      await manage('PUT', b, { ...other, body: {} }),
      await manage('DELETE', b, other),
      await manage('GET', b, { token: 'rat_garbage' }),
      await manage('GET', b, { token: initialToken }),
      await manage('GET', nobody),
      await manage('GET', { ...a, registration_client_uri: `${auth.issuer}/oauth2/register/%00` }),
      // It was registered by an operator and has no registration access token.
      await manage('GET', {
        ...a,
        registration_client_uri: `${auth.issuer}/oauth2/register/registrar`,
      }),
    ];

    for (const answer of refused) {
      expectOAuthError(answer, 401, 'invalid_token');
      expect(answer.text).toBe(refused[0]?.text);
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    }
    expect(members(await manage('GET', b))).toMatchObject({ client_name: b.client_id });
  });

  it('C06 asks who comes without a token for one, and blames none for it (RFC 6750 3.1)', async () => {
    const answer = await manage('GET', await registered(), { token: undefined });

    expectOAuthError(answer, 401, 'invalid_token');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('C06 O04 has a client on record whose identifier no database takes', async () => {
    const requestId = 'e2e-nul-at-registration';
    const headers = { 'x-request-id': requestId };
    await send(`${auth.issuer}/oauth2/register/%00`, { headers });

    await vi.waitFor(async () => {
      const statement = `SELECT subject FROM audit_event WHERE request_id = '${requestId}'`;
      expect(await auth.query(statement)).toEqual([{ subject: '\ufffd' }]);
    }, SOON);
  });

  it('C06 replaces what is registered within what the client holds', async () => {
    const client = await registered({ client_name: 'Before', scope: 'things:read' });
    const update = (body: object) =>
      manage('PUT', client, { body: { client_id: client.client_id, ...body } });

    const changed = await update({
      client_secret: client.client_secret,
      token_endpoint_auth_method: 'client_secret_post',
    });
    expect(changed.status, shown(changed)).toBe(200);
    expect(members(changed)).toMatchObject({
      client_name: client.client_id,
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'things:read',
    });
    expect(members(changed)).not.toHaveProperty('client_secret');

    const unfit = [
      { scope: 'things:read things:write' },
      { grant_types: ['password'] },
      { client_id: 'registrar' },
      { client_secret: 'of-my-own-choice' },
      { registration_access_token: client.registration_access_token },
    ];
    for (const body of unfit) expectOAuthError(await update(body), 400, 'invalid_client_metadata');
    expect(members(await manage('GET', client))).toEqual(members(changed));
  });

  it('C06 gives a client a secret for its keys, and ends it for other keys', async () => {
    const client = await registered({ scope: 'things:read' });
    const { publicJwk } = await TestSigningKey.generate('later');
    const keys = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicJwk] } };
    const body = { client_id: client.client_id };

    const withKeys = members(await manage('PUT', client, { body: { ...body, ...keys } }));
    const after = await auth.requestToken(0, { credentials: client });
    const withSecret = members(await manage('PUT', client, { body }));

    expect(withKeys).toMatchObject(keys);
    expect(withKeys).not.toHaveProperty('client_secret_expires_at');
    expectOAuthError(after, 401, 'invalid_client');
    expect(withSecret).toMatchObject({ client_secret_expires_at: 0 });
    expect(withSecret).not.toHaveProperty('jwks');
    const credentials = { ...client, client_secret: String(withSecret['client_secret']) };
    noteSecret(credentials.client_secret);
    expect((await auth.requestToken(0, { credentials })).status).toBe(200);
  });

  it('C06 deletes a client that asks for it, for good', async () => {
    const client = await registered();

    const deleted = await manage('DELETE', client);

    expect([deleted.status, deleted.text]).toEqual([204, '']);
    expectOAuthError(await manage('GET', client), 401, 'invalid_token');
    expectOAuthError(await auth.requestToken(0, { credentials: client }), 401, 'invalid_client');
  });

  it('C06 lets no disabled client manage itself', async () => {
    const client = await registered();
    await auth.query('UPDATE client SET disabled = true WHERE client_id = $1', [client.client_id]);

    for (const method of ['GET', 'PUT', 'DELETE']) {
      expectOAuthError(await manage(method, client), 401, 'invalid_token');
    }
  });

  it('C04 O04 keeps a digest of the token and tells who registered and changed what', async () => {
    const client = await registered({ scope: 'things:read' });
    await manage('PUT', client, { body: { client_id: client.client_id, client_name: 'After' } });
    await manage('DELETE', client);

    const events = await auth.query(
      'SELECT event, actor FROM audit_event WHERE subject = $1 ORDER BY occurred_at',
      [client.client_id],
    );
    expect(events).toEqual([
      { event: 'client.created', actor: 'registrar' },
      { event: 'client.changed', actor: client.client_id },
      { event: 'client.deleted', actor: client.client_id },
    ]);
    const other = await registered();
    const [row] = await auth.query<{ row: string }>(
      'SELECT client::text AS row FROM client WHERE client_id = $1',
      [other.client_id],
    );
    expect(row?.row).not.toContain(other.registration_access_token);
    const output = auth.servers[0]?.process.output ?? '';
    for (const { client_secret, registration_access_token } of [client, other]) {
      expect(output).not.toContain(client_secret);
      expect(output).not.toContain(registration_access_token);
    }
  });

  async function metadataOf(server: number) {
    return members(await send(`${auth.url(server)}/.well-known/oauth-authorization-server`));
  }

  async function operatorsToken(): Promise<string> {
    const credentials = await auth.addClient(randomUUID());
    await auth.query(`INSERT INTO client_scope (client_id, scope) VALUES ($1, 'clients:write')`, [
      credentials.client_id,
    ]);
    const body = { scope: 'clients:write' };
    return tokenIn(await auth.requestToken(0, { credentials, body }));
  }

  function register(
    metadata: object,
    options: { token?: string | undefined; at?: number } = {},
  ): Promise<Answer> {
    const { token, at } = { token: initialToken as string | undefined, at: 0, ...options };
    return sendJson('POST', `${auth.url(at)}/oauth2/register`, token, metadata);
  }

  async function registered(metadata: object = {}): Promise<Registered> {
    return registrationIn(await register(metadata));
  }

  /** Manages a registration, by its own token unless another is given. */
  function manage(
    method: string,
    client: Registered,
    options: { token?: string | undefined; body?: object; url?: string } = {},
  ): Promise<Answer> {
    const { token, url, body } = {
      token: client.registration_access_token as string | undefined,
      url: client.registration_client_uri,
      body: undefined,
      ...options,
    };
    return sendJson(method, url, token, body);
  }
});

function sendJson(
  method: string,
  url: string,
  token: string | undefined,
  body: object | undefined,
): Promise<Answer> {
  return send(url, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

function registrationIn(answer: Answer): Registered {
  expect(answer.status, shown(answer)).toBe(201);
  const client = members(answer) as unknown as Registered;
  noteSecret(client.client_secret);
  noteSecret(client.registration_access_token);
  return client;
}

function tokenIn(answer: Answer): string {
  expect(answer.status, shown(answer)).toBe(200);
  const token = String(members(answer)['access_token']);
  noteSecret(token);
  return token;
}
