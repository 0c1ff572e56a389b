import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { TestHttpServer, type TestAnswer } from '@m2m/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientRegistration } from './client-registration.js';
import { discoverTokenEndpoint } from './discover-token-endpoint.js';
import { IssuerClient } from './issuer-client.js';
import { TokenEndpoint } from './token-endpoint.js';

const TARGET = { scopes: [], resource: undefined };
const SECRET = 'secret-value';

function endpoint(issuer: string, changes: Partial<ClientRegistration> = {}) {
  const registration = {
    apiUrl: 'https://api.example',
    issuer,
    clientId: 'c',
    authMethod: 'client_secret_basic' as const,
    clientSecret: async () => SECRET,
    ...changes,
  } as ClientRegistration;
  return new TokenEndpoint(registration, new IssuerClient(), Date.now);
}

const errorOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the token endpoint', () => {
  let server: TestHttpServer;
  let metadata: (path: string) => TestAnswer;
  let token: TestAnswer;

  beforeEach(async () => {
    metadata = () => ({ body: { issuer: server.url, token_endpoint: `${server.url}/token` } });
    token = { body: { access_token: 't', token_type: 'Bearer', expires_in: 60 } };
    server = await TestHttpServer.start(({ path }) => (path === '/token' ? token : metadata(path)));
  });

  afterEach(() => server.stop());

  const paths = () => server.requests.map(({ path }) => path);

  it('is discovered once', async () => {
    const discovered = endpoint(server.url);
    await discovered.requestToken(TARGET);
    await discovered.requestToken(TARGET);

    expect(paths()).toEqual(['/.well-known/oauth-authorization-server', '/token', '/token']);
    for (const { headers } of server.requests) expect(headers.accept).toBe('application/json');
  });

  it('is not looked up again because it cannot answer', async () => {
    const discovered = endpoint(server.url);
    token = { status: 503 };
    await errorOf(discovered.requestToken(TARGET));
    await errorOf(discovered.requestToken(TARGET));

    expect(paths()).toEqual(['/.well-known/oauth-authorization-server', '/token', '/token']);
  });

  it.each<[string, TestAnswer]>([
    ['404', { status: 404 }],
    ['404 of Nest', { status: 404, body: { error: 'Not Found', message: 'Cannot POST /token' } }],
    ['404 of Keycloak', { status: 404, body: { error: 'Realm does not exist' } }],
    ['405 of Spring', { status: 405, body: { error: 'Method Not Allowed', path: '/token' } }],
    ['410', { status: 410, body: { error: 'gone' } }],
  ])('is looked up again once it is no longer where it was: %s', async (_what, there) => {
    const discovered = endpoint(server.url);
    await discovered.requestToken(TARGET);
    token = there;
    await expect(discovered.requestToken(TARGET)).rejects.toMatchObject({ reason: 'refused' });
    const moved = { issuer: server.url, token_endpoint: `${server.url}/moved/token` };
    metadata = (path) =>
      path === '/moved/token'
        ? { body: { access_token: 'new', token_type: 'Bearer' } }
        : { body: moved };

    await expect(discovered.requestToken(TARGET)).resolves.toMatchObject({ value: 'new' });
  });

  it('is looked up again once nothing answers where it was', async () => {
    const [old, next] = await Promise.all(
      ['old', 'new'].map((access_token) =>
        TestHttpServer.start(() => ({ body: { access_token, token_type: 'Bearer' } })),
      ),
    );
    let place = old?.url;
    metadata = () => ({ body: { issuer: server.url, token_endpoint: `${place}/token` } });
    const discovered = endpoint(server.url);
    await expect(discovered.requestToken(TARGET)).resolves.toMatchObject({ value: 'old' });

    await old?.stop();
    place = next?.url;

    await expect(discovered.requestToken(TARGET)).rejects.toMatchObject({ reason: 'network' });
    await expect(discovered.requestToken(TARGET)).resolves.toMatchObject({ value: 'new' });
    await next?.stop();
  });

  it('is looked up between host and path of an issuer with a path', async () => {
    await expect(endpoint(`${server.url}/tenant`).requestToken(TARGET)).rejects.toThrow();

    expect(paths()[0]).toBe('/.well-known/oauth-authorization-server/tenant');
  });

  it.each<[string, TestAnswer]>([
    ['nothing', { status: 404 }],
    ['a refusal', { status: 401, body: { error: 'unauthorized' } }],
    ['a page for people', { body: '<html>' }],
    ['something else than an object', { body: [] }],
  ])(
    'is looked up in the OpenID Connect configuration where there is %s elsewhere',
    async (_what, elsewhere) => {
      const issuer = `${server.url}/tenant/`;
      metadata = (path) =>
        path === '/tenant/.well-known/openid-configuration'
          ? { body: { issuer, token_endpoint: `${server.url}/token` } }
          : elsewhere;

      await endpoint(issuer).requestToken(TARGET);

      expect(paths()).toEqual([
        '/.well-known/oauth-authorization-server/tenant',
        '/tenant/.well-known/openid-configuration',
        '/token',
      ]);
    },
  );

  it('is nowhere if there is no metadata at all', async () => {
    metadata = () => ({ status: 404 });

    await expect(endpoint(server.url).requestToken(TARGET)).rejects.toMatchObject({
      reason: 'metadata_unavailable',
      message: 'no access token: metadata_unavailable (HTTP 404, HTTP 404)',
      transient: true,
    });
  });

  describe('whose metadata cannot be had for now', () => {
    const NOW = Date.UTC(2030, 0, 1);
    const discover = () =>
      discoverTokenEndpoint(
        new IssuerClient(),
        server.url,
        new AbortController().signal,
        () => NOW,
      );

    it.each<[string, TestAnswer, number]>([
      ['429', { status: 429 }, 0],
      ['429 with Retry-After', { status: 429, headers: { 'retry-after': '17' } }, 17_000],
      ['503 with Retry-After', { status: 503, headers: { 'retry-after': '17' } }, 17_000],
      [
        '503 with a date',
        { status: 503, headers: { 'retry-after': new Date(NOW + 9_000).toUTCString() } },
        9_000,
      ],
      ['503 for a day', { status: 503, headers: { 'retry-after': '86400' } }, 300_000],
    ])('B05 leaves its issuer alone after %s', async (_what, answer, retryAfterMs) => {
      metadata = () => answer;

      await expect(discover()).rejects.toMatchObject({
        reason: 'metadata_unavailable',
        message: `no access token: metadata_unavailable (HTTP ${answer.status})`,
        retryAfterMs,
      });
      expect(paths()).toEqual(['/.well-known/oauth-authorization-server']);
    });

    it.each<[string, TestAnswer]>([
      ['500', { status: 500 }],
      ['502 with Retry-After', { status: 502, headers: { 'retry-after': '17' } }],
      ['503, as a gateway says of a path that it does not know', { status: 503 }],
      [
        '503 with a Retry-After that says nothing',
        { status: 503, headers: { 'retry-after': 'x' } },
      ],
    ])('is looked for at the other address after %s', async (_what, elsewhere) => {
      metadata = (path) =>
        path === '/.well-known/openid-configuration'
          ? { body: { issuer: server.url, token_endpoint: `${server.url}/token` } }
          : elsewhere;

      await expect(discover()).resolves.toBe(`${server.url}/token`);
    });

    it.each([
      ['17', '9'],
      ['9', '17'],
    ])('B05 waits for the longest Retry-After of both addresses: %s, %s', async (first, second) => {
      metadata = (path) => ({
        status: 500,
        headers: { 'retry-after': path.endsWith('/openid-configuration') ? second : first },
      });

      await expect(discover()).rejects.toMatchObject({ retryAfterMs: 17_000 });
    });
  });

  it.each(['https://other.example', '', undefined, 7])(
    'B06 is not taken from metadata that names %j as its issuer',
    async (issuer) => {
      metadata = () => ({ body: { issuer, token_endpoint: `${server.url}/token` } });

      await expect(endpoint(server.url).requestToken(TARGET)).rejects.toMatchObject({
        reason: 'issuer_mismatch',
        transient: false,
      });
      expect(server.requestsTo('/token')).toEqual([]);
    },
  );

  it('B06 is not taken from metadata whose issuer differs by a slash', async () => {
    metadata = () => ({
      body: { issuer: `${server.url}/`, token_endpoint: `${server.url}/token` },
    });

    await expect(endpoint(server.url).requestToken(TARGET)).rejects.toMatchObject({
      reason: 'issuer_mismatch',
    });
    expect(server.requestsTo('/token')).toEqual([]);
  });

  it.each([undefined, 7, '/token', 'ftp://localhost/token', 'http://a:b@localhost/token'])(
    'is not asked at %j',
    async (token_endpoint) => {
      metadata = () => ({ body: { issuer: server.url, token_endpoint } });

      await expect(endpoint(server.url).requestToken(TARGET)).rejects.toMatchObject({
        reason: 'no_token_endpoint',
      });
    },
  );

  it('B08 is not asked in the clear where its issuer is not', async () => {
    const issuer = 'https://issuer.example';
    const client = new IssuerClient();
    const answers = (token_endpoint: string) =>
      vi.spyOn(client, 'send').mockResolvedValue({
        status: 200,
        body: { issuer, token_endpoint },
        retryAfter: undefined,
      });
    const { signal } = new AbortController();
    const discover = () => discoverTokenEndpoint(client, issuer, signal, Date.now);

    answers('http://issuer.example/token');
    await expect(discover()).rejects.toMatchObject({
      reason: 'no_token_endpoint',
    });
    answers('https://elsewhere.example/token');
    await expect(discover()).resolves.toBe('https://elsewhere.example/token');
  });

  it.each([301, 302, 303, 307, 308])(
    'B08 is not followed to where it redirects (%i)',
    async (status) => {
      const elsewhere = await TestHttpServer.start(() => token);
      token = { status, headers: { location: `${elsewhere.url}/token` } };

      await expect(endpoint(server.url).requestToken(TARGET)).rejects.toMatchObject({
        reason: 'refused',
        message: `no access token: refused (HTTP ${status})`,
      });
      expect(elsewhere.requests).toEqual([]);
      await elsewhere.stop();
    },
  );

  it('is told what the registration wants it to be told', async () => {
    const parameters = { audience: 'https://api.example/', organization: 'o' };
    await endpoint(server.url, { parameters }).requestToken({
      scopes: ['a', 'b'],
      resource: 'r:1',
    });

    const [request] = server.requestsTo('/token');
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'a b',
      resource: 'r:1',
      ...parameters,
    });
  });

  it('is told neither of scopes nor of a resource where there are none', async () => {
    await endpoint(server.url).requestToken(TARGET);

    expect(server.requestsTo('/token')[0]?.body).toBe('grant_type=client_credentials');
  });

  it('fails without telling the secret when it cannot be reached', async () => {
    const error = await errorOf(
      endpoint(server.url, { tokenEndpoint: 'http://localhost:1/token' }).requestToken(TARGET),
    );

    expect(error).toMatchObject({ reason: 'network', transient: true });
    expect(String(error)).toContain('ECONNREFUSED');
    const everything = inspect(error, { depth: 20, showHidden: true });
    expect(everything).not.toContain(SECRET);
    expect(everything).not.toContain(Buffer.from(`c:${SECRET}`).toString('base64'));
  });

  it('is asked for nothing when the secret cannot be read, which is all that is told', async () => {
    const failure = Object.assign(new Error(`cannot parse ${SECRET}`), { code: 'ENOENT' });
    const unreadable = endpoint(server.url, { clientSecret: () => Promise.reject(failure) });

    const error = await errorOf(unreadable.requestToken(TARGET));

    expect(error).toMatchObject({ reason: 'credentials_unreadable', transient: true });
    expect(String(error)).toContain('ENOENT');
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(SECRET);
    expect(server.requestsTo('/token')).toEqual([]);
  });
});

describe('a token endpoint that does not come to an end', () => {
  let server: Server;
  let url: string;
  let answer: RequestListener;
  let ended: Promise<unknown>;

  beforeEach(async () => {
    // Only the bound on the whole exchange is set off: the sockets go on with the real time.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { promise, resolve } = Promise.withResolvers();
    ended = promise;
    server = createServer((request, response) => {
      response.on('close', resolve);
      answer(request, response);
    });
    await new Promise<void>((listening) => server.listen(0, 'localhost', listening));
    url = `http://localhost:${(server.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    vi.useRealTimers();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  it.each<[string, RequestListener]>([
    ['says nothing', () => undefined],
    ['sends headers only', (_request, response) => response.writeHead(200).flushHeaders()],
    [
      'drips its body',
      (_request, response) => {
        const drip = setInterval(() => response.write(' '), 5);
        response.on('close', () => clearInterval(drip));
      },
    ],
  ])('is given up after ten seconds if it %s', async (_how, given) => {
    const asked = Promise.withResolvers<undefined>();
    answer = (request, response) => {
      given(request, response);
      asked.resolve(undefined);
    };
    const settled = vi.fn();
    const attempt = endpoint(url, { tokenEndpoint: `${url}/token` }).requestToken(TARGET);
    const outcome = errorOf(attempt).finally(settled);
    await asked.promise;

    await vi.advanceTimersByTimeAsync(9_999);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);

    expect(await outcome).toMatchObject({ reason: 'timeout', transient: true });
    await ended;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is looked up again once it has been given up', async () => {
    const asked = Promise.withResolvers<undefined>();
    const moved = await TestHttpServer.start(() => ({
      body: { access_token: 'new', token_type: 'Bearer' },
    }));
    let place = url;
    answer = (request, response) => {
      if (request.url === '/token') asked.resolve(undefined);
      else response.end(JSON.stringify({ issuer: url, token_endpoint: `${place}/token` }));
    };
    const discovered = endpoint(url);
    const outcome = errorOf(discovered.requestToken(TARGET));
    await asked.promise;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await outcome).toMatchObject({ reason: 'timeout' });

    place = moved.url;

    await expect(discovered.requestToken(TARGET)).resolves.toMatchObject({ value: 'new' });
    await moved.stop();
  });

  it('is given up after ten seconds while the secret is still being read', async () => {
    const attempt = endpoint(url, {
      tokenEndpoint: `${url}/token`,
      clientSecret: () => new Promise<string>(() => undefined),
    }).requestToken(TARGET);
    const outcome = errorOf(attempt);

    await vi.advanceTimersByTimeAsync(10_000);

    expect(await outcome).toMatchObject({ reason: 'timeout' });
  });

  it.each([
    ['as it is', (body: string) => ({ body, encoding: 'identity' })],
    ['once it is unpacked', (body: string) => ({ body: gzipSync(body), encoding: 'gzip' })],
  ])('is read up to 256 KiB, %s', async (_how, pack) => {
    const token = JSON.stringify({ access_token: 't', token_type: 'Bearer' });
    let length = 256 * 1024;
    answer = (_request, response) => {
      const { body, encoding } = pack(token.padStart(length));
      response.writeHead(200, { 'content-encoding': encoding }).end(body);
    };
    const asked = endpoint(url, { tokenEndpoint: `${url}/token` });

    await expect(asked.requestToken(TARGET)).resolves.toMatchObject({ value: 't' });
    length += 1;
    await expect(asked.requestToken(TARGET)).rejects.toMatchObject({
      reason: 'malformed_response',
      message: 'no access token: malformed_response (ERR_BAD_RESPONSE)',
    });
  });
});
