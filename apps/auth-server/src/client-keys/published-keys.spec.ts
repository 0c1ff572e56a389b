import { AsyncLocalStorage } from 'node:async_hooks';
import { createEventLogger, Metrics } from '@m2m/service-defaults';
import { TestClock, TestHttpServer, TestSigningKey, type TestAnswer } from '@m2m/testing';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { KeySetFetcher } from './key-set.fetcher.js';
import { PublishedKeys } from './published-keys.js';

describe('PublishedKeys', () => {
  const lines: string[] = [];
  const logger = createEventLogger('auth', 'info', { write: (line) => void lines.push(line) });
  let first: TestSigningKey;
  let second: TestSigningKey;
  let server: TestHttpServer;
  let published: readonly object[];
  let answer: () => TestAnswer | Promise<TestAnswer>;
  let clock: TestClock;
  let metrics: Metrics;
  let keys: PublishedKeys;
  let uri: string;

  beforeAll(async () => {
    first = await TestSigningKey.generate('first');
    second = await TestSigningKey.generate('second', 'EdDSA');
  });

  beforeEach(async () => {
    lines.length = 0;
    published = [first.publicJwk];
    answer = () => ({ body: { keys: published } });
    server = await TestHttpServer.start(() => answer());
    uri = `${server.url}/jwks`;
    clock = new TestClock();
    keys = publishedKeys();
  });

  afterEach(() => server.stop());

  it('are fetched once for fifty requests, and kept', async () => {
    const all = await Promise.all(Array.from({ length: 50 }, () => keys.at(uri)));

    for (const set of all) expect(kidsOf(set)).toEqual(['first']);
    clock.advance({ seconds: 100 });
    expect(kidsOf(await keys.at(uri))).toEqual(['first']);
    expect(server.requests).toHaveLength(1);
  });

  it('leave out what no assertion may be verified by', async () => {
    const { kty, n, e } = (await TestSigningKey.generate('rsa', 'RS256')).publicJwk;
    published = [
      first.publicJwk,
      { ...first.publicJwk, kid: 'enc', use: 'enc' },
      { kty, n, e, kid: 'rs256', alg: 'RS256' },
      { kty, n, e, kid: 'rsa' },
      { kty: 'oct', k: 'AAAA', kid: 'oct' },
      7 as unknown as object,
      null as unknown as object,
      second.publicJwk,
    ];

    const set = await keys.at(uri);

    expect(set?.map(({ kid, alg }) => [kid, alg])).toEqual([
      ['first', 'ES256'],
      ['rsa', 'PS256'],
      ['second', 'EdDSA'],
    ]);
  });

  it('are the first twenty of however many', async () => {
    published = Array.from({ length: 50 }, (_none, at) => ({ ...first.publicJwk, kid: `${at}` }));

    expect(await keys.at(uri)).toHaveLength(20);
  });

  it('are fetched again in the background after two minutes, outside of the trace of the caller', async () => {
    const caller = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const fetcher = new KeySetFetcher({
      privateAddresses: true,
      resolve: async () => {
        seen.push(caller.getStore());
        return ['127.0.0.1', '::1'];
      },
    });
    keys = publishedKeys(fetcher);
    await caller.run('first', () => keys.at(uri));
    published = [second.publicJwk];
    clock.advance({ seconds: 121 });

    const atHand = await caller.run('second', () => keys.at(uri));

    expect(kidsOf(atHand)).toEqual(['first']);
    await expect.poll(async () => kidsOf(await keys.at(uri))).toEqual(['second']);
    expect(seen).toEqual(['first', undefined]);
  });

  it('stay in use for five minutes while they cannot be fetched, and not longer (P14)', async () => {
    await keys.at(uri);
    answer = () => ({ status: 503 });

    clock.advance({ seconds: 300 });
    expect(kidsOf(await keys.at(uri))).toEqual(['first']);
    await vi.waitUntil(() => lines.length > 0, { timeout: 10_000 });
    clock.advance({ seconds: 1 });
    expect(await keys.at(uri)).toBeUndefined();
  });

  it('stay in use no longer though the clock is set back (P14)', async () => {
    let uptime = 1_000;
    const uptimeClock = vi.spyOn(performance, 'now').mockImplementation(() => uptime);
    vi.useFakeTimers({ toFake: ['Date'] });
    try {
      const fetcher = new KeySetFetcher({ privateAddresses: true });
      keys = new PublishedKeys(fetcher, logger, new Metrics('auth-server'));
      await keys.at(uri);
      published = [second.publicJwk];
      vi.setSystemTime(Date.now() - 3_600_000);
      uptime += 301_000;

      expect(kidsOf(await keys.at(uri))).toEqual(['second']);
    } finally {
      vi.useRealTimers();
      uptimeClock.mockRestore();
    }
  });

  it('are there again once they can be fetched, which is tried every five seconds', async () => {
    answer = () => ({ status: 503 });
    expect(await keys.at(uri)).toBeUndefined();
    answer = () => ({ body: { keys: published } });

    clock.advance({ seconds: 4 });
    expect(await keys.at(uri)).toBeUndefined();
    clock.advance({ seconds: 1 });
    expect(kidsOf(await keys.at(uri))).toEqual(['first']);
    expect(server.requests).toHaveLength(2);
  });

  it('are fetched for an unknown key at once, but no more often than every 30 seconds (P14)', async () => {
    await keys.at(uri);
    published = [second.publicJwk];

    expect(kidsOf(await keys.anewAt(uri))).toEqual(['second']);
    expect(kidsOf(await keys.at(uri))).toEqual(['second']);
    for (let time = 0; time < 29; time += 1) {
      clock.advance({ seconds: 1 });
      expect(await keys.anewAt(uri)).toBeUndefined();
    }
    clock.advance({ seconds: 1 });
    expect(kidsOf(await keys.anewAt(uri))).toEqual(['second']);
    expect(server.requests).toHaveLength(3);
  });

  it('are fetched once for many requests with an unknown key', async () => {
    await keys.at(uri);
    published = [second.publicJwk];

    const all = await Promise.all(Array.from({ length: 20 }, () => keys.anewAt(uri)));

    for (const set of all) expect(kidsOf(set)).toEqual(['second']);
    expect(server.requests).toHaveLength(2);
  });

  it('of one client do not wait for those of another', async () => {
    let release = (): void => undefined;
    const slow = await TestHttpServer.start(async () => {
      await new Promise<void>((resolve) => (release = resolve));
      return { body: { keys: [] } };
    });
    const waiting = keys.at(`${slow.url}/jwks`);
    await vi.waitUntil(() => slow.requests.length === 1, { timeout: 10_000 });

    expect(kidsOf(await keys.at(uri))).toEqual(['first']);

    release();
    await waiting;
    await slow.stop();
  });

  it('are counted, and a failure is logged without the query of the URI', async () => {
    await keys.at(uri);
    answer = () => ({ status: 404 });
    await keys.at(`${server.url}/gone?key=hunter2`);

    const text = await metrics.registry.getSingleMetricAsString('oauth_client_key_fetches_total');
    expect(text).toMatch(/outcome="success".*} 1$/m);
    expect(text).toMatch(/outcome="failure".*} 1$/m);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { event: 'client_keys.fetch_failed', jwks_uri: `${server.url}/gone` },
    ]);
    expect(lines.join('')).toContain('answered 404');
    expect(lines.join('')).not.toContain('hunter2');
  });

  function publishedKeys(fetcher = new KeySetFetcher({ privateAddresses: true })): PublishedKeys {
    metrics = new Metrics('auth-server');
    return new PublishedKeys(fetcher, logger, metrics, clock.now);
  }
});

function kidsOf(keys: readonly { readonly kid: string | undefined }[] | undefined) {
  return keys?.map(({ kid }) => kid);
}
