import { AsyncLocalStorage } from 'node:async_hooks';
import { TestClock, TestHttpServer, type TestAnswer } from '@m2m/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ClientRegistration } from './client-registration.js';
import { createHttpClient } from './http-client.js';
import { TokenEndpoint } from './token-endpoint.js';
import { TokenProvider } from './token-provider.js';

describe('the token provider', () => {
  let server: TestHttpServer;
  let clock: TestClock;
  let provider: TokenProvider;
  let random: number;
  let answer: () => TestAnswer | Promise<TestAnswer>;
  let secret: string;
  let beforeSecret: () => void;

  beforeEach(async () => {
    let count = 0;
    answer = () => ({
      body: { access_token: `t${++count}`, token_type: 'Bearer', expires_in: 100 },
    });
    server = await TestHttpServer.start(() => answer());
    clock = new TestClock();
    random = 0;
    secret = 's1';
    beforeSecret = () => undefined;
    const registration: ClientRegistration = {
      issuer: server.url,
      tokenEndpoint: `${server.url}/token`,
      clientId: 'billing',
      authMethod: 'client_secret_post',
      clientSecret: async () => {
        beforeSecret();
        return secret;
      },
      scopes: ['orders:read', 'orders:bill'],
      resource: 'https://orders.example',
    };
    const http = createHttpClient({ validateStatus: () => true });
    const endpoint = new TokenEndpoint(registration, http, clock.now);
    provider = new TokenProvider(endpoint, { now: clock.now, random: () => random });
  });

  afterEach(() => server.stop());

  const requests = () => server.requests.length;

  it('B01 fetches once and uses the token for four fifths of its lifetime', async () => {
    expect(await provider.getToken()).toBe('t1');
    clock.advance({ seconds: 79 });
    expect(await provider.getToken()).toBe('t1');

    expect(requests()).toBe(1);
  });

  it('B02 fetches once for fifty callers at once', async () => {
    const tokens = await Promise.all(Array.from({ length: 50 }, () => provider.getToken()));

    expect(new Set(tokens)).toEqual(new Set(['t1']));
    expect(requests()).toBe(1);
  });

  it('B10 names the scopes and the resource', async () => {
    await provider.getToken();

    expect(Object.fromEntries(new URLSearchParams(server.requests[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'billing',
      client_secret: 's1',
      scope: 'orders:read orders:bill',
      resource: 'https://orders.example',
    });
  });

  it('fetches in the context of the caller who waits for it, and renews outside of any', async () => {
    const caller = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    beforeSecret = () => void seen.push(caller.getStore());
    await caller.run('first', () => provider.getToken());
    clock.advance({ seconds: 80 });

    await caller.run('second', () => provider.getToken());

    await expect.poll(requests).toBe(2);
    expect(seen).toEqual(['first', undefined]);
  });

  it('B01 renews in the background in the last fifth, while the old token is used', async () => {
    await provider.getToken();
    clock.advance({ seconds: 80 });

    expect(await provider.getToken()).toBe('t1');

    await expect.poll(() => provider.getToken()).toBe('t2');
    expect(requests()).toBe(2);
  });

  it('spreads renewals over half of the last fifth', async () => {
    random = 0.99;
    await provider.getToken();
    clock.advance({ seconds: 89 });
    await provider.getToken();
    expect(requests()).toBe(1);

    clock.advance({ seconds: 1 });
    await provider.getToken();
    await expect.poll(requests).toBe(2);
  });

  it('uses the old token to its end if renewal fails, and never longer', async () => {
    await provider.getToken();
    answer = () => ({ status: 503 });
    clock.advance({ seconds: 99 });
    expect(await provider.getToken()).toBe('t1');
    await expect.poll(requests).toBe(2);

    clock.advance({ seconds: 1 });
    await expect(provider.getToken()).rejects.toMatchObject({ code: 'http_503', transient: true });
  });

  it('B05 backs off twice as long after each failure', async () => {
    answer = () => ({ status: 500 });
    random = 1;
    for (const wait of [0.5, 1, 2]) {
      await expect(provider.getToken()).rejects.toThrow('http_500');
      const before = requests();
      clock.advance({ seconds: wait - 0.01 });
      await expect(provider.getToken()).rejects.toThrow('http_500');
      expect(requests()).toBe(before);
      clock.advance({ seconds: 0.01 });
    }
    expect(requests()).toBe(3);
  });

  it('B05 waits as long as Retry-After says', async () => {
    answer = () => ({ status: 429, headers: { 'retry-after': '17' } });
    await expect(provider.getToken()).rejects.toThrow();
    clock.advance({ seconds: 16 });
    await expect(provider.getToken()).rejects.toThrow();
    expect(requests()).toBe(1);

    clock.advance({ seconds: 1 });
    await expect(provider.getToken()).rejects.toThrow();
    expect(requests()).toBe(2);
  });

  it('B05 fails fast with a wrong secret, and picks up the right one after the cool-down', async () => {
    answer = () => ({ status: 401, body: { error: 'invalid_client' } });
    await expect(provider.getToken()).rejects.toMatchObject({ transient: false });
    await expect(provider.getToken()).rejects.toMatchObject({ code: 'invalid_client' });
    expect(requests()).toBe(1);

    secret = 's2';
    answer = () => ({ body: { access_token: 'good', token_type: 'Bearer' } });
    clock.advance({ seconds: 15 });

    expect(await provider.getToken()).toBe('good');
    expect(server.requests.at(-1)?.body).toContain('client_secret=s2');
  });

  it('tells how its requests ended, and for how long its token is good', async () => {
    expect(provider.lifetimeLeftSeconds).toBe(0);
    await provider.getToken();
    await provider.getToken();
    clock.advance({ seconds: 70 });
    expect(provider.lifetimeLeftSeconds).toBe(30);

    clock.advance({ seconds: 30 });
    answer = () => ({ status: 503 });
    await expect(provider.getToken()).rejects.toThrow();
    await expect(provider.getToken()).rejects.toThrow();
    clock.advance({ seconds: 1 });
    answer = () => ({ status: 401, body: { error: 'invalid_client' } });
    await expect(provider.getToken()).rejects.toThrow();

    expect(provider.lifetimeLeftSeconds).toBe(0);
    expect(provider.requestCounts).toEqual({
      success: 1,
      transientFailure: 1,
      permanentFailure: 1,
    });
  });

  it('B04 drops a refused token only while it is the one at hand', async () => {
    await provider.getToken();
    provider.drop('t1');
    expect(await provider.getToken()).toBe('t2');

    provider.drop('t1');
    expect(await provider.getToken()).toBe('t2');
  });
});
