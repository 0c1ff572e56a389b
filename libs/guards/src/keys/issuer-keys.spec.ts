import { AsyncLocalStorage } from 'node:async_hooks';
import { accessTokenClaims, TestClock, TestIssuer, TestSigningKey } from '@m2m/testing';
import { jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KeysUnavailableError } from '../verification/token-refusal.js';
import { IssuerKeys } from './issuer-keys.js';

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

  it('R14 are fetched again for an unknown kid, but not more often than every 30 seconds', async () => {
    await keys.ready();
    const strangers = await Promise.all([1, 2, 3].map((n) => TestSigningKey.generate(`s${n}`)));
    clock.advance({ seconds: 31 });

    for (const stranger of strangers) await expect(verify(stranger)).rejects.toThrow();

    expect(issuer.keyFetches).toBe(2);
  });

  it('include a new key as soon as a token names it', async () => {
    await keys.ready();
    const next = await TestSigningKey.generate('next');
    issuer.keys = [issuer.key, next];
    clock.advance({ seconds: 31 });

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

  it('R23 are there again once the issuer is back', async () => {
    issuer.away = true;
    await expect(keys.ready()).rejects.toThrow(KeysUnavailableError);

    issuer.away = false;
    clock.advance({ seconds: 1 });

    await expect(verify(issuer.key)).resolves.toBeDefined();
  });

  it('are refreshed in the background, which shows that one has been withdrawn', async () => {
    await keys.ready();
    expect(keys.stillPublished(issuer.key.kid)).toBe(true);
    issuer.keys = [await TestSigningKey.generate('next')];

    clock.advance({ seconds: 301 });
    keys.stillPublished(issuer.key.kid);

    await expect.poll(() => keys.stillPublished(issuer.key.kid)).toBe(false);
    expect(keys.stillPublished('next')).toBe(true);
  });

  it('K06 are fetched before the next use if nobody has used them for long', async () => {
    await keys.ready();
    issuer.keys = [await TestSigningKey.generate('next')];

    clock.advance({ seconds: 601 });

    expect(keys.stillPublished(issuer.key.kid)).toBe(false);
    await expect(verify(issuer.key)).rejects.toThrow();
  });

  it('tell their age, and of each attempt to fetch them how it went', async () => {
    const fetched: string[] = [];
    const observed = new IssuerKeys({
      issuer: issuer.url,
      fetch,
      now: clock.now,
      events: { onKeysFetched: (outcome) => fetched.push(outcome) },
    });
    expect(observed.ageSeconds).toBeUndefined();
    await observed.ready();
    clock.advance({ seconds: 601 });
    expect(observed.ageSeconds).toBe(601);

    issuer.away = true;
    await observed.ready();

    expect(fetched).toEqual(['success', 'failure']);
    expect(observed.ageSeconds).toBe(601);
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
});
