import { AsyncLocalStorage } from 'node:async_hooks';
import { TestClock, TestHttpServer, type TestAnswer } from '@m2m/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TokenFailure, TokenFetch } from './client-credentials-events.js';
import type { ClientRegistration } from './client-registration.js';
import { IssuerClient } from './issuer-client.js';
import { TokenProvider } from './token-provider.js';

describe('the token provider', () => {
  let server: TestHttpServer;
  let clock: TestClock;
  let provider: TokenProvider;
  let wallClockAhead: number;
  let random: number;
  let answer: () => TestAnswer | Promise<TestAnswer>;
  let secret: string;
  let beforeSecret: () => void;
  let used: string[];
  let fetched: TokenFetch[];
  let failed: TokenFailure[];

  beforeEach(async () => {
    let count = 0;
    answer = () => good(`t${++count}`);
    server = await TestHttpServer.start(() => answer());
    clock = new TestClock();
    [wallClockAhead, random] = [0, 0];
    secret = 's1';
    beforeSecret = () => undefined;
    [used, fetched, failed] = [[], [], []];
    provider = providerFor({});
  });

  afterEach(() => server.stop());

  function providerFor(changes: Partial<ClientRegistration>): TokenProvider {
    const registration = {
      apiUrl: 'https://orders.example',
      issuer: server.url,
      tokenEndpoint: `${server.url}/token`,
      clientId: 'billing',
      authMethod: 'client_secret_post' as const,
      clientSecret: async () => {
        beforeSecret();
        return secret;
      },
      scopes: ['orders:read', 'orders:bill'],
      resource: 'https://orders.example',
      ...changes,
    } as ClientRegistration;
    return new TokenProvider('billing', registration, {
      client: new IssuerClient(),
      now: () => clock.now() + wallClockAhead,
      uptime: clock.now,
      random: () => random,
      events: {
        onTokenUsed: (name) => used.push(name),
        onTokenFetched: (fetch) => fetched.push(fetch),
        onTokenFailed: (failure) => failed.push(failure),
      },
    });
  }

  const good = (token: string, expires_in: unknown = 100): TestAnswer => ({
    body: { access_token: token, token_type: 'Bearer', expires_in },
  });
  const requests = () => server.requests.length;
  const asked = () =>
    server.requests.map(({ body }) => Object.fromEntries(new URLSearchParams(body)));

  describe('while its token is fresh', () => {
    it('B01 fetches once and uses the token for four fifths of its lifetime', async () => {
      expect(await provider.getToken()).toBe('t1');
      clock.advance({ seconds: 79 });
      expect(await provider.getToken()).toBe('t1');

      expect(requests()).toBe(1);
    });

    it('renews it when that is due, though the wall clock has been set back meanwhile', async () => {
      expect(await provider.getToken()).toBe('t1');

      wallClockAhead = -3_600_000;
      clock.advance({ seconds: 100 });

      expect(await provider.getToken()).toBe('t2');
    });

    it('B02 fetches once for fifty callers at once', async () => {
      const tokens = await Promise.all(Array.from({ length: 50 }, () => provider.getToken()));

      expect(new Set(tokens)).toEqual(new Set(['t1']));
      expect(requests()).toBe(1);
    });

    it('B10 names the scopes and the resource', async () => {
      await provider.getToken();

      expect(asked()).toEqual([
        {
          grant_type: 'client_credentials',
          client_id: 'billing',
          client_secret: 's1',
          scope: 'orders:read orders:bill',
          resource: 'https://orders.example',
        },
      ]);
    });
  });

  describe('for other scopes and resources', () => {
    it('B03 keeps a token for each set of scopes and each resource', async () => {
      const own = await provider.getToken();
      const fewer = await provider.getToken({ scopes: ['orders:read'] });
      const elsewhere = await provider.getToken({ resource: 'https://reports.example' });
      const none = await provider.getToken({ scopes: [] });

      expect(new Set([own, fewer, elsewhere, none]).size).toBe(4);
      expect(asked().map(({ scope, resource }) => [scope, resource])).toEqual([
        ['orders:read orders:bill', 'https://orders.example'],
        ['orders:read', 'https://orders.example'],
        ['orders:read orders:bill', 'https://reports.example'],
        [undefined, 'https://orders.example'],
      ]);
      expect(await provider.getToken({ scopes: ['orders:read'] })).toBe(fewer);
      expect(await provider.getToken({ resource: 'https://reports.example' })).toBe(elsewhere);
      expect(requests()).toBe(4);
    });

    it('B03 takes scopes for the set that they are', async () => {
      await provider.getToken();
      await provider.getToken({ scopes: ['orders:bill', 'orders:read', 'orders:bill'] });

      expect(requests()).toBe(1);
    });

    it('B03 confuses no scopes with others that read the same when they are joined', async () => {
      await provider.getToken({ scopes: ['a b', 'c'] });
      await provider.getToken({ scopes: ['a', 'b c'] });

      expect(requests()).toBe(2);
    });

    it('B03 shares no token between clients, issuers, endpoints and parameters', async () => {
      const others = [
        { clientId: 'reporting' },
        { tokenEndpoint: `${server.url}/other/token` },
        { issuer: 'https://other.example' },
        { parameters: { audience: 'x' } },
        { authMethod: 'client_secret_basic' as const },
      ];
      await provider.getToken();
      for (const other of others) await providerFor(other).getToken();

      expect(requests()).toBe(6);
    });

    it('keeps the registration’s own token and the hundred that were used last', async () => {
      await provider.getToken();
      const resources = Array.from({ length: 100 }, (_, index) => `https://api${index}.example`);
      for (const resource of resources) await provider.getToken({ resource });
      expect(requests()).toBe(101);

      await provider.getToken();
      await provider.getToken({ resource: resources.at(-1) });
      expect(requests()).toBe(101);

      await provider.getToken({ resource: resources[0] });
      expect(requests()).toBe(102);
      await provider.getToken({ resource: resources[2] });
      expect(requests()).toBe(102);
    });

    it('lets a failure for one set of scopes keep off no other', async () => {
      answer = () => ({ status: 400, body: { error: 'invalid_scope' } });
      await expect(provider.getToken({ scopes: ['no:such'] })).rejects.toThrow('invalid_scope');
      answer = () => good('t');

      expect(await provider.getToken()).toBe('t');
    });
  });

  describe('for a caller who gives up', () => {
    const reason = new Error('not needed any more');

    it('ends only its wait, and neither the request nor the wait of others', async () => {
      const release = Promise.withResolvers<TestAnswer>();
      answer = () => release.promise;
      const impatient = new AbortController();
      const first = provider.getToken({ signal: impatient.signal });
      const second = provider.getToken();
      await expect.poll(requests).toBe(1);

      impatient.abort(reason);
      await expect(first).rejects.toBe(reason);
      release.resolve(good('t1'));

      expect(await second).toBe('t1');
      expect(await provider.getToken()).toBe('t1');
      expect(requests()).toBe(1);
    });

    it('asks for nothing if it has given up already', async () => {
      await expect(provider.getToken({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);

      expect(requests()).toBe(0);
    });

    it('leaves no listener behind at a signal that lives long', async () => {
      const { signal } = new AbortController();
      const [added, removed] = [
        vi.spyOn(signal, 'addEventListener'),
        vi.spyOn(signal, 'removeEventListener'),
      ];

      await provider.getToken({ signal });
      answer = () => ({ status: 503 });
      await expect(provider.getToken({ signal, scopes: [] })).rejects.toThrow('unavailable');

      expect(added).toHaveBeenCalledTimes(2);
      expect(removed.mock.calls.map(([type, listener]) => [type, listener])).toEqual(
        added.mock.calls.map(([type, listener]) => [type, listener]),
      );
    });
  });

  describe('once its token is stale', () => {
    it('B01 renews in the background in the last fifth, while the old token is used', async () => {
      await provider.getToken();
      clock.advance({ seconds: 80 });

      expect(await provider.getToken()).toBe('t1');

      await expect.poll(() => provider.getToken()).toBe('t2');
      expect(requests()).toBe(2);
    });

    it('B02 renews once however many callers there are', async () => {
      await provider.getToken();
      clock.advance({ seconds: 80 });

      await Promise.all(Array.from({ length: 50 }, () => provider.getToken()));

      await expect.poll(() => provider.getToken()).toBe('t2');
      expect(requests()).toBe(2);
    });

    it('spreads renewals over half of the last fifth', async () => {
      random = 0.99;
      await provider.getToken();
      clock.advance({ seconds: 89 });
      let attempts = 0;
      beforeSecret = () => void (attempts += 1);
      await provider.getToken();
      // What is done in the background has begun by then.
      await new Promise(setImmediate);
      expect(attempts).toBe(0);

      clock.advance({ seconds: 1 });
      await provider.getToken();
      await expect.poll(requests).toBe(2);
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

    it('uses the old token to its end if renewal fails, and never longer', async () => {
      await provider.getToken();
      answer = () => ({ status: 503 });
      clock.advance({ seconds: 99 });
      expect(await provider.getToken()).toBe('t1');
      await expect.poll(() => failed.length).toBe(1);

      clock.advance({ seconds: 1 });
      await expect(provider.getToken()).rejects.toMatchObject({
        reason: 'unavailable',
        transient: true,
      });
    });

    it('counts the lifetime from when the token was asked for', async () => {
      answer = () => {
        clock.advance({ seconds: 30 });
        return good('slow');
      };
      await provider.getToken();

      expect(provider.lifetimeLeftSeconds).toBe(70);
    });
  });

  describe('with tokens of a short life', () => {
    it('makes no request for each call', async () => {
      answer = () => good('short', 1);
      for (let call = 0; call < 200; call++) {
        await provider.getToken();
        clock.advance({ seconds: 0.01 });
      }

      await expect.poll(() => fetched.length).toBe(requests());
      expect(requests()).toBeLessThanOrEqual(3);
    });

    it.each([null, 0, -1, 0.001, 'soon'])('takes a lifetime of %j for a minute', async (life) => {
      answer = () => good('t', life);
      await provider.getToken();
      clock.advance({ seconds: 47 });
      await provider.getToken();

      expect(requests()).toBe(1);
      expect(provider.lifetimeLeftSeconds).toBe(13);
    });

    it('does not hand out a token that has expired on its way, and backs off', async () => {
      answer = () => {
        clock.advance({ seconds: 2 });
        return good('late', 2);
      };

      await expect(provider.getToken()).rejects.toMatchObject({ reason: 'expired_on_arrival' });
      await expect(provider.getToken()).rejects.toMatchObject({ reason: 'expired_on_arrival' });
      expect(requests()).toBe(1);
    });
  });

  describe('among failures', () => {
    it('B05 backs off twice as long after each failure, up to half a minute', async () => {
      answer = () => ({ status: 500 });
      random = 1;
      for (const wait of [0.5, 1, 2, 4, 8, 16, 30, 30]) {
        await expect(provider.getToken()).rejects.toThrow('unavailable');
        const before = requests();
        clock.advance({ seconds: wait - 0.01 });
        await expect(provider.getToken()).rejects.toThrow('unavailable');
        expect(requests()).toBe(before);
        clock.advance({ seconds: 0.01 });
      }
      expect(requests()).toBe(8);
    });

    it('B05 starts with a short wait again after a success', async () => {
      answer = () => ({ status: 500 });
      for (let time = 0; time < 5; time++) {
        await expect(provider.getToken()).rejects.toThrow();
        clock.advance({ seconds: 30 });
      }
      answer = () => good('t', 1);
      await provider.getToken();
      clock.advance({ seconds: 1 });
      answer = () => ({ status: 500 });
      await expect(provider.getToken()).rejects.toThrow();
      clock.advance({ seconds: 0.25 });
      answer = () => good('again');

      expect(await provider.getToken()).toBe('again');
    });

    it('B05 waits between half and the whole of a wait, at random', async () => {
      answer = () => ({ status: 500 });
      random = 0.5;
      await expect(provider.getToken()).rejects.toThrow();
      clock.advance({ seconds: 0.374 });
      await expect(provider.getToken()).rejects.toThrow();
      expect(requests()).toBe(1);
      clock.advance({ seconds: 0.001 });
      await expect(provider.getToken()).rejects.toThrow();
      expect(requests()).toBe(2);
    });

    it.each<[string, (now: number) => string]>([
      ['in seconds', () => '17'],
      ['as a date', (now) => new Date(now + 17_000).toUTCString()],
    ])('B05 waits longer than Retry-After says, %s, and not all at once', async (_form, after) => {
      wallClockAhead = -3_600_000;
      const now = () => clock.now() + wallClockAhead;
      answer = () => ({ status: 429, headers: { 'retry-after': after(now()) } });
      await expect(provider.getToken()).rejects.toMatchObject({ reason: 'throttled' });
      clock.advance({ seconds: 17 });
      await expect(provider.getToken()).rejects.toThrow();
      expect(requests()).toBe(1);

      clock.advance({ seconds: 0.25 });
      await expect(provider.getToken()).rejects.toThrow();
      expect(requests()).toBe(2);
    });

    it('B05 waits longer than the metadata’s Retry-After says', async () => {
      provider = providerFor({ tokenEndpoint: undefined });
      answer = () => ({ status: 503, headers: { 'retry-after': '17' } });
      await expect(provider.getToken()).rejects.toMatchObject({ reason: 'metadata_unavailable' });
      clock.advance({ seconds: 17 });
      await expect(provider.getToken()).rejects.toThrow();
      expect(requests()).toBe(1);

      clock.advance({ seconds: 0.25 });
      await expect(provider.getToken()).rejects.toThrow();
      expect(requests()).toBe(2);
    });

    it('B05 comes back after five minutes however long it was asked to wait', async () => {
      answer = () => ({ status: 503, headers: { 'retry-after': '86400' } });
      await expect(provider.getToken()).rejects.toThrow();
      clock.advance({ seconds: 300.25 });
      answer = () => good('t');

      expect(await provider.getToken()).toBe('t');
    });

    it('B05 lets no Retry-After make its wait shorter', async () => {
      answer = () => ({
        status: 401,
        headers: { 'retry-after': '0' },
        body: { error: 'invalid_client' },
      });
      await expect(provider.getToken()).rejects.toThrow();
      clock.advance({ seconds: 14 });
      await expect(provider.getToken()).rejects.toThrow();

      expect(requests()).toBe(1);
    });

    it('gives no meaning to Retry-After beside a token', async () => {
      answer = () => ({ ...good('t1', 10), headers: { 'retry-after': '3600' } });
      await provider.getToken();
      answer = () => good('t2');
      clock.advance({ seconds: 10 });

      expect(await provider.getToken()).toBe('t2');
    });

    it('B05 fails fast with a wrong secret, and picks up the right one after the cool-down', async () => {
      answer = () => ({ status: 401, body: { error: 'invalid_client' } });
      await expect(provider.getToken()).rejects.toMatchObject({ transient: false });
      await expect(provider.getToken()).rejects.toMatchObject({ reason: 'invalid_client' });
      clock.advance({ seconds: 14.9 });
      await expect(provider.getToken()).rejects.toMatchObject({ reason: 'invalid_client' });
      expect(requests()).toBe(1);

      secret = 's2';
      answer = () => good('good');
      clock.advance({ seconds: 0.1 });

      expect(await provider.getToken()).toBe('good');
      expect(server.requests.at(-1)?.body).toContain('client_secret=s2');
    });
  });

  describe('after an API refused its token', () => {
    it('B04 drops the token only while it is the one at hand', async () => {
      await provider.getToken();
      expect(provider.drop('t1')).toBe(true);
      expect(await provider.getToken()).toBe('t2');

      expect(provider.drop('t1')).toBe(true);
      expect(await provider.getToken()).toBe('t2');
    });

    it('B04 drops the token for the scopes it was fetched for', async () => {
      await provider.getToken();
      const other = await provider.getToken({ scopes: [] });
      provider.drop(other);

      expect(await provider.getToken()).toBe('t1');
      expect(await provider.getToken({ scopes: [] })).toBe('t3');
    });

    it('B04 keeps the next one for ten seconds, however often it is refused', async () => {
      await provider.getToken();
      provider.drop('t1');
      await provider.getToken();
      for (let second = 0; second < 10; second++) {
        expect(provider.drop('t2')).toBe(false);
        expect(await provider.getToken()).toBe('t2');
        clock.advance({ seconds: 1 });
      }

      expect(provider.drop('t2')).toBe(true);
      expect(await provider.getToken()).toBe('t3');
    });
  });

  describe('tells', () => {
    it('how its requests ended, how long they took, and when its tokens are used', async () => {
      answer = () => {
        clock.advance({ seconds: 0.5 });
        return good('t1');
      };
      await provider.getToken();
      await provider.getToken();
      await provider.health();
      clock.advance({ seconds: 100 });
      answer = () => ({ status: 503 });
      await expect(provider.getToken()).rejects.toThrow();
      await expect(provider.getToken()).rejects.toThrow();
      clock.advance({ seconds: 1 });
      answer = () => ({ status: 401, body: { error: 'invalid_client' } });
      await expect(provider.getToken()).rejects.toThrow();

      const registration = 'billing';
      expect(used).toEqual([registration, registration]);
      expect(fetched).toEqual([{ registration, seconds: 0.5 }]);
      expect(failed).toEqual([
        { registration, seconds: 0, reason: 'unavailable', transient: true },
        { registration, seconds: 0, reason: 'invalid_client', transient: false },
      ]);
    });

    it('for how long its token is good', async () => {
      expect(provider.lifetimeLeftSeconds).toBe(0);
      await provider.getToken();
      clock.advance({ seconds: 70 });
      expect(provider.lifetimeLeftSeconds).toBe(30);
      clock.advance({ seconds: 40 });
      expect(provider.lifetimeLeftSeconds).toBe(0);
    });

    it('that it is degraded while the issuer is away and a token is left, and down after', async () => {
      expect(await provider.health()).toBe('up');
      answer = () => ({ status: 503 });
      clock.advance({ seconds: 79 });
      expect(await provider.health()).toBe('up');

      clock.advance({ seconds: 1 });
      await expect.poll(() => provider.health()).toBe('degraded');
      expect(await provider.getToken()).toBe('t1');

      clock.advance({ seconds: 20 });
      expect(await provider.health()).toBe('down');

      answer = () => good('back');
      clock.advance({ seconds: 10 });
      expect(await provider.health()).toBe('up');
    });
  });
});
