import { AsyncLocalStorage } from 'node:async_hooks';
import {
  accessTokenClaims,
  TestClock,
  TestHttpServer,
  TestIssuer,
  TestSigningKey,
  type TestAnswer,
} from '@m2m/testing';
import { errors, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeysUnavailableError } from '../verification/token-refusal.js';
import { IssuerKeys } from './issuer-keys.js';
import { keySetFrom } from './key-set.js';

const nameOf = ({ publicJwk }: TestSigningKey) =>
  [...keySetFrom({ keys: [publicJwk] }).names].join();

describe('the keys of an issuer', () => {
  let issuer: TestIssuer;
  let clock: TestClock;
  let keys: IssuerKeys;

  beforeEach(async () => {
    issuer = await TestIssuer.start();
    clock = new TestClock();
    keys = new IssuerKeys({ issuer: issuer.url, fetch, now: clock.now });
  });

  afterEach(() => issuer.stop());

  const verify = async (key: TestSigningKey) => {
    const token = await key.sign(accessTokenClaims({ iss: issuer.url, aud: 'x' }, clock.now()));
    return jwtVerify(token, keys.resolve, { currentDate: new Date(clock.now()) });
  };

  it('are discovered and fetched once for fifty callers', async () => {
    await Promise.all(Array.from({ length: 50 }, () => verify(issuer.key)));

    expect(issuer.keyFetches).toBe(1);
  });

  it('are not fetched from metadata that names another issuer', async () => {
    const mistaken = new IssuerKeys({
      issuer: issuer.url.replace('localhost', '127.0.0.1'),
      fetch: (url, init) => fetch(url.replace('127.0.0.1', 'localhost'), init),
      now: clock.now,
    });

    await expect(mistaken.ready()).rejects.toThrow(KeysUnavailableError);
    expect(issuer.keyFetches).toBe(0);
  });

  it('R14 are fetched again for an unknown kid, but not more often than every ten seconds', async () => {
    await keys.ready();
    const asked: number[] = [];
    for (let second = 1; second <= 25; second++) {
      clock.advance({ seconds: 1 });
      const before = issuer.keyFetches;
      for (const kid of ['a', 'b', 'c']) {
        await expect(verify(await TestSigningKey.generate(kid))).rejects.toThrow();
      }
      if (issuer.keyFetches > before) asked.push(second);
    }

    expect(asked).toEqual([10, 20]);
    expect(issuer.keyFetches).toBe(3);
  });

  it('R14 R23 are not asked for because of an unknown kid while the issuer is known to be away', async () => {
    await keys.ready();
    const stranger = await TestSigningKey.generate('stranger');
    issuer.away = true;
    clock.advance({ seconds: 10 });
    await expect(verify(stranger)).rejects.toThrow(errors.JWKSNoMatchingKey);
    const attempts = issuer.server.requests.length;

    clock.advance({ seconds: 29 });
    await expect(verify(stranger)).rejects.toThrow();
    expect(issuer.server.requests).toHaveLength(attempts);
    clock.advance({ seconds: 1 });
    await expect(verify(stranger)).rejects.toThrow();
    expect(issuer.server.requests.length).toBeGreaterThan(attempts);
  });

  it('include a new key as soon as a token names it', async () => {
    await keys.ready();
    const next = await TestSigningKey.generate('next');
    issuer.keys = [issuer.key, next];
    clock.advance({ seconds: 10 });

    await expect(verify(next)).resolves.toBeDefined();
  });

  it('R23 stay in use for an hour while the issuer is away, and not longer', async () => {
    await keys.ready();
    issuer.away = true;

    clock.advance({ seconds: 3_599 });
    await expect(verify(issuer.key)).resolves.toBeDefined();
    clock.advance({ seconds: 2 });
    await expect(verify(issuer.key)).rejects.toThrow(KeysUnavailableError);
  });

  it('R23 vouch for a remembered token for that hour, and not longer', async () => {
    await keys.ready();
    issuer.away = true;
    clock.advance({ seconds: 3_590 });
    await keys.ready();

    clock.advance({ seconds: 10 });
    expect(keys.stillPublished(nameOf(issuer.key))).toBe(true);
    clock.advance({ seconds: 1 });
    expect(keys.stillPublished(nameOf(issuer.key))).toBe(false);
  });

  it('R23 are asked for once a second at most while there are none', async () => {
    issuer.away = true;
    await expect(keys.ready()).rejects.toThrow(KeysUnavailableError);
    const attempts = issuer.server.requests.length;

    await expect(keys.ready()).rejects.toThrow(KeysUnavailableError);
    expect(issuer.server.requests).toHaveLength(attempts);
    clock.advance({ seconds: 1 });
    await expect(keys.ready()).rejects.toThrow(KeysUnavailableError);
    expect(issuer.server.requests.length).toBeGreaterThan(attempts);
  });

  it('R23 are there again once the issuer is back', async () => {
    issuer.away = true;
    await expect(keys.ready()).rejects.toThrow(KeysUnavailableError);

    issuer.away = false;
    clock.advance({ seconds: 1 });

    await expect(verify(issuer.key)).resolves.toBeDefined();
  });

  it('are refreshed in the background, which shows that one has been withdrawn', async () => {
    await keys.ready();
    expect(keys.stillPublished(nameOf(issuer.key))).toBe(true);
    const next = await TestSigningKey.generate('next');
    issuer.keys = [next];

    clock.advance({ seconds: 301 });
    keys.stillPublished(nameOf(issuer.key));

    await expect.poll(() => keys.stillPublished(nameOf(issuer.key))).toBe(false);
    expect(keys.stillPublished(nameOf(next))).toBe(true);
  });

  it('K06 are fetched before the next use if nobody has used them for long', async () => {
    await keys.ready();
    issuer.keys = [await TestSigningKey.generate('next')];

    clock.advance({ seconds: 601 });

    expect(keys.stillPublished(nameOf(issuer.key))).toBe(false);
    await expect(verify(issuer.key)).rejects.toThrow();
  });

  it('K06 know a key by what it is, also where another one takes its kid', async () => {
    await keys.ready();
    issuer.keys = [await TestSigningKey.generate(issuer.key.kid)];

    clock.advance({ seconds: 301 });
    keys.stillPublished(nameOf(issuer.key));

    await expect.poll(() => keys.stillPublished(nameOf(issuer.key))).toBe(false);
  });

  it('R23 are not ready if none of them can be used, and are as soon as one can', async () => {
    const server = await TestHttpServer.start(() => ({ body: { keys: published } }));
    let published: unknown[] = [
      { kty: 'oct', k: 'c2VjcmV0' },
      { ...issuer.key.publicJwk, use: 'enc' },
    ];
    const own = new IssuerKeys({ issuer: 'https://i', jwksUri: server.url, fetch, now: clock.now });
    await expect(own.ready()).rejects.toThrow(KeysUnavailableError);

    published = [issuer.key.publicJwk];
    clock.advance({ seconds: 601 });

    await expect(own.ready()).resolves.toBeUndefined();
    await server.stop();
  });

  it('tell of each attempt to fetch them how it went', async () => {
    const fetched: string[] = [];
    const observed = new IssuerKeys({
      issuer: issuer.url,
      fetch,
      now: clock.now,
      events: { onKeysFetched: (outcome) => fetched.push(outcome) },
    });
    await observed.ready();
    clock.advance({ seconds: 601 });
    issuer.away = true;

    await observed.ready();

    expect(fetched).toEqual(['success', 'failure']);
  });

  it('are looked up without the final slash of an issuer identifier', async () => {
    const slashed = new IssuerKeys({ issuer: `${issuer.url}/tenant/`, fetch, now: clock.now });

    await expect(slashed.ready()).rejects.toThrow();

    expect(issuer.server.requests.map(({ path }) => path)).toEqual([
      '/.well-known/oauth-authorization-server/tenant',
      '/tenant/.well-known/openid-configuration',
    ]);
  });

  it('are not taken from an answer that is too large or no key set', async () => {
    for (const body of ['x'.repeat(300_000), '[]', 'null', '{"keys":7}']) {
      const hostile = new IssuerKeys({
        issuer: issuer.url,
        jwksUri: 'https://keys.example',
        fetch: async () => new Response(body),
        now: clock.now,
      });
      await expect(hostile.ready()).rejects.toThrow(KeysUnavailableError);
    }
  });

  it('are fetched in the context of the caller who waits for them, and again outside of any', async () => {
    const caller = new AsyncLocalStorage<string>();
    const seen = new Set<string | undefined>();
    const watched = new IssuerKeys({
      issuer: issuer.url,
      fetch: (url, init) => {
        seen.add(caller.getStore());
        return fetch(url, init);
      },
      now: clock.now,
    });
    await caller.run('first', () => watched.ready());
    expect([...seen]).toEqual(['first']);
    clock.advance({ seconds: 301 });

    await caller.run('second', () => watched.ready());

    await expect.poll(() => issuer.keyFetches).toBe(2);
    expect([...seen]).toEqual(['first', undefined]);
  });

  describe('of an issuer that says for how long they may be kept', () => {
    let published: TestHttpServer;
    let headers: Record<string, string>;
    let answer: () => Promise<TestAnswer>;
    let fetches: number;
    let outcomes: number;

    beforeEach(async () => {
      fetches = 0;
      outcomes = 0;
      headers = { 'cache-control': 'public, max-age=20' };
      answer = async () => ({ headers, body: { keys: issuer.keys.map((key) => key.publicJwk) } });
      published = await TestHttpServer.start(() => answer());
      keys = new IssuerKeys({
        issuer: issuer.url,
        jwksUri: published.url,
        fetch: (url, init) => {
          fetches += 1;
          return fetch(url, init);
        },
        now: clock.now,
        events: { onKeysFetched: () => (outcomes += 1) },
      });
    });

    afterEach(() => published.stop());

    const settled = () => vi.waitUntil(() => outcomes === fetches, { interval: 1 });

    /** Lets time pass and tells whether the next use has them fetched. */
    async function fetchedAgainAfter(seconds: number): Promise<boolean> {
      const before = fetches;
      clock.advance({ seconds });
      keys.stillPublished(nameOf(issuer.key));
      await settled();
      return fetches > before;
    }

    it('K04 are fetched again after that time, without a cool-down', async () => {
      await keys.ready();

      expect(await fetchedAgainAfter(20)).toBe(false);
      expect(await fetchedAgainAfter(1)).toBe(true);
      expect(await fetchedAgainAfter(20)).toBe(false);
      expect(await fetchedAgainAfter(1)).toBe(true);
    });

    it.each(['max-age=0', 'max-age=5', 'public, max-age=1', 'MAX-AGE=2, must-revalidate'])(
      'are kept for five seconds at least, whatever it says: %s',
      async (cacheControl) => {
        headers = { 'cache-control': cacheControl };
        await keys.ready();

        expect(await fetchedAgainAfter(5)).toBe(false);
        expect(await fetchedAgainAfter(1)).toBe(true);
      },
    );

    it.each(['max-age=86400', 'no-cache', 's-maxage=20', ''])(
      'are kept for five minutes at most, whatever it says: "%s"',
      async (cacheControl) => {
        headers = { 'cache-control': cacheControl };
        await keys.ready();

        expect(await fetchedAgainAfter(300)).toBe(false);
        expect(await fetchedAgainAfter(1)).toBe(true);
      },
    );

    it('RFC 9111 4.2.3: are kept for less if they have been in a cache on their way', async () => {
      headers = { 'cache-control': 'max-age=60', age: '45' };
      await keys.ready();

      expect(await fetchedAgainAfter(15)).toBe(false);
      expect(await fetchedAgainAfter(1)).toBe(true);
    });

    it('RFC 9111 4.2.3: are as old as the question they answer', async () => {
      const answerAtOnce = answer;
      answer = () => {
        clock.advance({ seconds: 4 });
        return answerAtOnce();
      };
      await keys.ready();
      answer = answerAtOnce;

      expect(await fetchedAgainAfter(17)).toBe(true);
    });

    it('K04 include a new key for the first token that it has signed, once that time is over', async () => {
      await keys.ready();
      const next = await TestSigningKey.generate('next');
      issuer.keys = [issuer.key, next];

      clock.advance({ seconds: 21 });

      await expect(verify(next)).resolves.toBeDefined();
      expect(fetches).toBe(2);
    });

    it('R14 are not fetched more often than every ten seconds, for unknown kids or for their age', async () => {
      await keys.ready();
      for (let second = 1; second <= 60; second++) {
        clock.advance({ seconds: 1 });
        const stranger = await TestSigningKey.generate(`stranger-${second}`);
        await expect(verify(stranger)).rejects.toThrow();
      }

      // Because of them after 10 seconds, and after each of the following ten.
      expect(fetches).toBe(7);
    });

    it('R23 are asked for every 30 seconds while the issuer is away, and serve on', async () => {
      await keys.ready();
      answer = async () => ({ status: 503 });
      const asked: number[] = [];
      for (let second = 1; second <= 100; second++) {
        clock.advance({ seconds: 1 });
        const before = fetches;
        await expect(verify(issuer.key)).resolves.toBeDefined();
        await settled();
        if (fetches > before) asked.push(second);
      }

      expect(asked).toEqual([21, 51, 81]);
    });

    it('R23 let nobody wait for an issuer that is known to be away', async () => {
      await keys.ready();
      answer = async () => ({ status: 503 });
      clock.advance({ seconds: 41 });
      await verify(issuer.key);
      expect(fetches).toBe(2);
      answer = () => new Promise(() => undefined);

      clock.advance({ seconds: 31 });

      await expect(verify(issuer.key)).resolves.toBeDefined();
      expect(keys.stillPublished(nameOf(issuer.key))).toBe(true);
      expect(fetches).toBe(3);
    });
  });
});
