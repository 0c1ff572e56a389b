import { TestHttpServer, type TestAnswer } from '@m2m/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClientRegistration } from './client-registration.js';
import { createHttpClient } from './http-client.js';
import { TokenEndpoint } from './token-endpoint.js';

describe('the token endpoint', () => {
  let server: TestHttpServer;
  let metadata: (url: string) => TestAnswer;
  let token: TestAnswer;

  beforeEach(async () => {
    metadata = (url) => ({ body: { issuer: url, token_endpoint: `${url}/token` } });
    token = { body: { access_token: 't', token_type: 'Bearer', expires_in: 60 } };
    server = await TestHttpServer.start(({ path }) =>
      path === '/token' ? token : metadata(server.url),
    );
  });

  afterEach(() => server.stop());

  const endpoint = (changes: Partial<ClientRegistration> = {}) => {
    const registration: ClientRegistration = {
      issuer: server.url,
      clientId: 'c',
      authMethod: 'client_secret_basic',
      clientSecret: async () => 'secret-value',
      scopes: [],
      resource: 'https://api.example',
      ...changes,
    };
    const http = createHttpClient({ validateStatus: () => true });
    return new TokenEndpoint(registration, http, Date.now);
  };

  it('is discovered once', async () => {
    const discovered = endpoint();
    await discovered.requestToken();
    await discovered.requestToken();

    expect(server.requests.map(({ path }) => path)).toEqual([
      '/.well-known/oauth-authorization-server',
      '/token',
      '/token',
    ]);
  });

  it('is looked up between host and path of an issuer with a path', async () => {
    await expect(endpoint({ issuer: `${server.url}/tenant` }).requestToken()).rejects.toThrow();

    expect(server.requests[0]?.path).toBe('/.well-known/oauth-authorization-server/tenant');
  });

  it('is looked up in the OpenID Connect configuration of an issuer without other metadata', async () => {
    metadata = (url) => ({ body: { issuer: `${url}/tenant/`, token_endpoint: `${url}/token` } });
    const found = metadata;
    metadata = () => {
      metadata = found;
      return { status: 404 };
    };

    await endpoint({ issuer: `${server.url}/tenant/` }).requestToken();

    expect(server.requests.map(({ path }) => path)).toEqual([
      '/.well-known/oauth-authorization-server/tenant',
      '/tenant/.well-known/openid-configuration',
      '/token',
    ]);
  });

  it('B06 is not taken from metadata of another issuer', async () => {
    metadata = (url) => ({ body: { issuer: `${url}/`, token_endpoint: `${url}/token` } });

    await expect(endpoint().requestToken()).rejects.toMatchObject({ code: 'issuer_mismatch' });
    expect(server.requestsTo('/token')).toEqual([]);
  });

  it('B08 is not followed to where it redirects', async () => {
    const elsewhere = await TestHttpServer.start(() => token);
    token = { status: 307, headers: { location: `${elsewhere.url}/token` } };

    await expect(endpoint().requestToken()).rejects.toMatchObject({ code: 'http_307' });
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.stop();
  });

  it('fails without telling the secret when it cannot be reached', async () => {
    const unreachable = endpoint({ tokenEndpoint: 'http://localhost:1/token' });

    const error: unknown = await unreachable.requestToken().catch((reason: unknown) => reason);

    expect(error).toMatchObject({ code: 'network_ECONNREFUSED', transient: true });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('secret-value');
  });

  it('is asked for nothing when the secret cannot be read', async () => {
    const unreadable = endpoint({ clientSecret: () => Promise.reject(new Error('ENOENT')) });

    await expect(unreadable.requestToken()).rejects.toMatchObject({
      code: 'credentials_unreadable',
    });
    expect(server.requestsTo('/token')).toEqual([]);
  });
});
