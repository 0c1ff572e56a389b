import { TestClock, TestHttpServer, type ReceivedRequest, type TestAnswer } from '@m2m/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Client } from '../verification/client.js';
import { RevocationsUnavailableError } from '../verification/token-refusal.js';
import { RevocationFeed, type RevocationFeedClient } from './revocation-feed.js';

const ISSUER = 'https://auth.example';
const AUDIENCE = 'https://orders.example';
const SECRET = 'a secret: 100% ü';
const METADATA = '/.well-known/oauth-authorization-server';

const token: Client = {
  clientId: 'worker',
  subject: 'worker',
  scopes: new Set(),
  tokenId: 'jti',
  issuedAt: 1_000,
  expiresAt: 1_300,
  claims: {},
};
const nothing = { audiences: [AUDIENCE], revoked_tokens: [], revoked_clients: [] };
const revoked = { ...nothing, revoked_tokens: ['jti'] };

describe('the feed of what is revoked', () => {
  let server: TestHttpServer;
  let answer: (request: ReceivedRequest) => TestAnswer | Promise<TestAnswer>;
  let clock: TestClock;
  let outcomes: string[];
  let failures: string[];
  let feed: RevocationFeed;

  beforeEach(async () => {
    clock = new TestClock();
    outcomes = [];
    failures = [];
    answer = () => ({ body: nothing });
    server = await TestHttpServer.start((request) => answer(request));
    feed = feedWith({ endpoint: `${server.url}/revocations` });
  });

  afterEach(() => server.stop());

  function feedWith(client: Partial<RevocationFeedClient>, issuer = ISSUER): RevocationFeed {
    return new RevocationFeed({
      issuer,
      audience: AUDIENCE,
      client: { clientId: 'orders:api', clientSecret: async () => SECRET, ...client },
      fetch,
      now: clock.now,
      events: {
        onRevocationsFetched: (outcome, error) => {
          outcomes.push(outcome);
          if (error) failures.push(error.message);
        },
      },
    });
  }

  it('asks by a form without parameters, authenticated by HTTP Basic (RFC 6749 2.3.1)', async () => {
    await feed.refresh();

    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'POST', path: '/revocations', body: '' });
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    const [scheme, credentials = ''] = request?.headers.authorization?.split(' ') ?? [];
    expect(scheme).toBe('Basic');
    expect(atob(credentials)).toBe('orders%3Aapi:a+secret%3A+100%25+%C3%BC');
  });

  it('R23 knows nothing before the first answer', async () => {
    expect(() => feed.isRevoked(token)).toThrow(RevocationsUnavailableError);
    await expect(feed.ready()).rejects.toThrow(RevocationsUnavailableError);

    await feed.refresh();

    expect(feed.isRevoked(token)).toBe(false);
    await expect(feed.ready()).resolves.toBeUndefined();
    expect(outcomes).toEqual(['success']);
  });

  it('V01 knows a revoked token with the next answer, and one that is good again too', async () => {
    await feed.refresh();
    answer = () => ({ body: revoked });
    await feed.refresh();
    expect(feed.isRevoked(token)).toBe(true);

    answer = () => ({ body: nothing });
    await feed.refresh();
    expect(feed.isRevoked(token)).toBe(false);
  });

  it('R23 goes by the last answer for a minute, then by none, until there is one again', async () => {
    answer = () => ({ body: revoked });
    await feed.refresh();
    answer = () => ({ status: 503 });

    clock.advance({ seconds: 60 });
    expect(await feed.refresh()).toBe(false);
    expect(feed.isRevoked(token)).toBe(true);
    expect(feed.isRevoked({ ...token, tokenId: 'other' })).toBe(false);
    await expect(feed.ready()).resolves.toBeUndefined();

    clock.advance({ seconds: 1 });
    expect(() => feed.isRevoked(token)).toThrow(RevocationsUnavailableError);
    await expect(feed.ready()).rejects.toThrow(RevocationsUnavailableError);

    answer = () => ({ body: nothing });
    await feed.refresh();
    expect(feed.isRevoked(token)).toBe(false);
    expect(outcomes).toEqual(['success', 'failure', 'success']);
  });

  it('counts the age of an answer from when it was asked for', async () => {
    answer = () => {
      clock.advance({ seconds: 4 });
      return { body: nothing };
    };
    await feed.refresh();

    clock.advance({ seconds: 56 });
    expect(feed.isRevoked(token)).toBe(false);
    clock.advance({ seconds: 1 });
    expect(() => feed.isRevoked(token)).toThrow(RevocationsUnavailableError);
  });

  it.each<[string, () => TestAnswer]>([
    ['answered 503', () => ({ status: 503, body: nothing })],
    ['answered 401', () => ({ status: 401, body: { error: 'invalid_client' } })],
    ['answered 400', () => ({ status: 400, body: { error: 'unauthorized_client' } })],
    ['unexpected redirect', () => ({ status: 307, headers: { location: `${server.url}/other` } })],
    ['something else than a JSON object', () => ({ body: '<html>the-jti</html>' })],
    ['does not say what is revoked', () => ({ body: {} })],
    ['does not say what is revoked', () => ({ body: { ...nothing, revoked_tokens: ['a', 1] } })],
    [
      `says nothing of tokens for ${AUDIENCE}`,
      () => ({ body: { ...nothing, audiences: [`${AUDIENCE}/`] } }),
    ],
    [
      'answered more than 4194304 bytes',
      () => ({ body: { ...nothing, x: 'x'.repeat(4_194_304) } }),
    ],
  ])('R23 keeps what it has, and tells the operator why: %s', async (reason, given) => {
    answer = () => ({ body: revoked });
    await feed.refresh();
    answer = given;

    expect(await feed.refresh()).toBe(false);

    expect(feed.isRevoked(token)).toBe(true);
    expect(failures).toEqual([expect.stringContaining(reason)]);
    expect(failures.join()).toContain(`${server.url}/revocations`);
    expect(failures.join()).not.toMatch(/the-jti|a\+secret|a secret/);
    expect(server.requestsTo('/other')).toEqual([]);
  });

  it('takes as much as the auth-server puts into a list', async () => {
    const revoked_tokens = Array.from({ length: 20_000 }, (_, n) => `${n}`.padStart(36, '0'));
    answer = () => ({ body: { ...nothing, revoked_tokens: [...revoked_tokens, 'jti'] } });
    await feed.refresh();

    expect(feed.isRevoked(token)).toBe(true);
  });

  it('asks nothing while its own secret cannot be read', async () => {
    const clientSecret = () => Promise.reject(new Error('OAUTH_CLIENT_SECRET is empty'));

    expect(await feedWith({ endpoint: server.url, clientSecret }).refresh()).toBe(false);

    expect(failures).toEqual(['OAUTH_CLIENT_SECRET is empty']);
    expect(server.requests).toEqual([]);
  });

  describe('that is to be discovered', () => {
    let metadata: object;

    beforeEach(() => {
      metadata = { issuer: server.url, m2m_revocation_feed_endpoint: `${server.url}/feed` };
      answer = ({ path }) => ({ body: path === METADATA ? metadata : nothing });
      feed = feedWith({}, server.url);
    });

    it('RFC 8414 2: is found in the metadata of the issuer, once', async () => {
      await feed.refresh();
      await feed.refresh();

      expect(server.requestsTo(METADATA)).toHaveLength(1);
      expect(server.requestsTo('/feed')).toHaveLength(2);
    });

    it('RFC 8414 3.3: gets no credentials where the metadata of another issuer says', async () => {
      metadata = { ...metadata, issuer: 'https://evil.example' };

      expect(await feed.refresh()).toBe(false);

      expect(server.requests.filter(({ method }) => method === 'POST')).toEqual([]);
      expect(failures).toEqual([expect.stringContaining('the metadata of another issuer')]);
    });

    it('says so if the issuer has none', async () => {
      metadata = { issuer: server.url };

      await feed.refresh();

      expect(failures).toEqual([
        expect.stringContaining('names no usable m2m_revocation_feed_endpoint'),
      ]);
    });

    it('is looked up again once it has moved', async () => {
      await feed.refresh();
      metadata = { ...metadata, m2m_revocation_feed_endpoint: `${server.url}/moved` };
      answer = ({ path }) =>
        path === '/feed' ? { status: 404 } : { body: path === METADATA ? metadata : nothing };

      expect(await feed.refresh()).toBe(false);
      expect(await feed.refresh()).toBe(true);
      expect(server.requestsTo('/moved')).toHaveLength(1);
    });
  });
});

describe('the polling of the feed', () => {
  let clock: TestClock;
  let requests: number;
  let answer: () => Response;

  beforeEach(() => {
    vi.useFakeTimers();
    clock = new TestClock();
    requests = 0;
    answer = () => Response.json(nothing);
  });

  afterEach(() => vi.useRealTimers());

  async function start(pollSeconds?: number): Promise<RevocationFeed> {
    const feed = new RevocationFeed({
      issuer: ISSUER,
      audience: AUDIENCE,
      client: { endpoint: ISSUER, clientId: 'c', clientSecret: async () => SECRET, pollSeconds },
      fetch: async () => {
        requests += 1;
        return answer();
      },
      now: clock.now,
    });
    feed.onModuleInit();
    await vi.advanceTimersByTimeAsync(0);
    return feed;
  }

  it.each([
    [undefined, 5],
    [1, 1],
    [30, 30],
  ])('begins at once and, set to %s, goes on every %s seconds', async (set, seconds) => {
    const feed = await start(set);
    expect(requests).toBe(1);

    await vi.advanceTimersByTimeAsync(seconds * 1_000 - 1);
    expect(requests).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(requests).toBe(2);
    await vi.advanceTimersByTimeAsync(10 * seconds * 1_000);
    expect(requests).toBe(12);
    feed.onApplicationShutdown();
  });

  it('V05 counts from the start of the last fetch, however long that took', async () => {
    answer = () => {
      clock.advance({ seconds: 3 });
      return Response.json(nothing);
    };
    await start();

    await vi.advanceTimersByTimeAsync(1_999);
    expect(requests).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(requests).toBe(2);
  });

  it('R23 is not slower than every five seconds while it fails', async () => {
    answer = () => new Response('', { status: 503 });
    const feed = await start(30);

    await vi.advanceTimersByTimeAsync(15_000);
    expect(requests).toBe(4);

    answer = () => Response.json(nothing);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(feed.isRevoked(token)).toBe(false);
    await vi.advanceTimersByTimeAsync(29_999);
    expect(requests).toBe(5);
  });

  it('ends with the application', async () => {
    const feed = await start();

    feed.onApplicationShutdown();

    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests).toBe(1);
  });

  it('ends even if a fetch is under way', async () => {
    const feed = await start();
    answer = () => {
      feed.onApplicationShutdown();
      return Response.json(nothing);
    };

    await vi.advanceTimersByTimeAsync(60_000);
    expect(requests).toBe(2);
  });
});
