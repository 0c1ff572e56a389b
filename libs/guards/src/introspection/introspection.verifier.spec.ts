import {
  accessTokenClaims,
  TestClock,
  TestHttpServer,
  type ReceivedRequest,
  type TestAnswer,
} from '@m2m/testing';
import type { JWTPayload } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IntrospectionUnavailableError } from '../verification/token-refusal.js';
import { IntrospectionEndpoint } from './introspection-endpoint.js';
import type { Clocks } from './recent-answers.js';
import { IntrospectionVerifier } from './introspection.verifier.js';

const ISSUER = 'https://auth.example';
const AUDIENCE = 'https://orders.example';
const SECRET = 'a secret: 100% ü';

describe('the verifier that asks the introspection endpoint', () => {
  let server: TestHttpServer;
  let answer: (request: ReceivedRequest) => TestAnswer | Promise<TestAnswer>;
  let clock: TestClock;
  let wallClockAhead: number;
  let clocks: Clocks;
  let failures: string[];
  let remembered: string[];
  let verifier: IntrospectionVerifier;

  beforeEach(async () => {
    clock = new TestClock();
    wallClockAhead = 0;
    clocks = { now: () => clock.now() + wallClockAhead, uptime: clock.now };
    failures = [];
    remembered = [];
    answer = () => ({ body: active() });
    server = await TestHttpServer.start((request) => answer(request));
    verifier = verifierAt(`${server.url}/introspect`);
  });

  afterEach(() => server.stop());

  function verifierAt(
    endpoint: string | undefined,
    issuer = ISSUER,
    cacheSeconds = 0,
  ): IntrospectionVerifier {
    const rules = { issuer, audience: AUDIENCE, clockToleranceSeconds: 10, cacheSeconds };
    const introspection = new IntrospectionEndpoint({
      issuer,
      client: { endpoint, clientId: 'orders:api', clientSecret: async () => SECRET },
      fetch,
      now: clock.now,
      events: { onIntrospectionFailed: ({ message }) => failures.push(message) },
    });
    return new IntrospectionVerifier(rules, introspection, clocks, {
      onRemembered: () => remembered.push('remembered'),
    });
  }

  const active = (changes: JWTPayload = {}) => ({
    active: true,
    ...accessTokenClaims({ iss: ISSUER, aud: AUDIENCE, ...changes }, clock.now()),
  });
  const seconds = () => Math.floor(clock.now() / 1_000);

  it('RFC 7662 2.1: asks by a form, and never in the URL', async () => {
    await verifier.verify('opaque~token+/==');

    const [request] = server.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/introspect',
      body: 'token=opaque%7Etoken%2B%2F%3D%3D&token_type_hint=access_token',
    });
    expect(request?.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    });
  });

  it('RFC 6749 2.3.1: authenticates by HTTP Basic with both parts form-encoded', async () => {
    await verifier.verify('token');

    const [scheme, credentials = ''] = server.requests[0]?.headers.authorization?.split(' ') ?? [];
    expect(scheme).toBe('Basic');
    expect(atob(credentials)).toBe('orders%3Aapi:a+secret%3A+100%25+%C3%BC');
  });

  it('RFC 7662 2.2: tells the client and its scopes', async () => {
    answer = () => ({ body: active({ client_id: 'c', sub: 's', jti: 'j', scope: 'a b' }) });

    expect(await verifier.verify('token')).toMatchObject({
      clientId: 'c',
      subject: 's',
      scopes: new Set(['a', 'b']),
      tokenId: 'j',
      issuedAt: seconds(),
      expiresAt: seconds() + 300,
    });
  });

  it.each<[string, () => JWTPayload]>([
    ['names no issuer', () => ({ iss: undefined })],
    ['names several audiences', () => ({ aud: ['https://other.example', AUDIENCE] })],
    ['has no scope', () => ({ scope: undefined })],
    ['has just expired', () => ({ exp: seconds() - 9 })],
    ['is said to be bound to nothing', () => ({ cnf: null, token_type: 'Bearer' })],
    ['is a little ahead of our clock', () => ({ iat: seconds() + 10, nbf: seconds() + 10 })],
  ])('accepts a token whose description %s', async (_what, changes) => {
    answer = () => ({ body: active(changes()) });

    await expect(verifier.verify('token')).resolves.toBeDefined();
  });

  it.each<[string, () => object, string]>([
    ['I03 is not active', () => ({ active: false }), 'inactive'],
    ['is not active, whatever else is said', () => ({ ...active(), active: false }), 'inactive'],
    ['R08 is of another issuer', () => active({ iss: 'https://evil.example' }), 'wrong_issuer'],
    ['R08 is of no issuer at all', () => ({ ...active(), iss: null }), 'wrong_issuer'],
    [
      'R09 is for another audience',
      () => active({ aud: 'https://other.example' }),
      'wrong_audience',
    ],
    [
      'R09 is for a part of our audience',
      () => active({ aud: [`${AUDIENCE}/`] }),
      'wrong_audience',
    ],
    ['R09 is for no audience', () => active({ aud: undefined }), 'wrong_audience'],
    ['R04 has expired', () => active({ exp: seconds() - 10 }), 'expired'],
    ['R05 is not valid yet', () => active({ nbf: seconds() + 11 }), 'not_yet_valid'],
    ['R05 was issued in the future', () => active({ iat: seconds() + 11 }), 'not_yet_valid'],
    ['R11 has no exp', () => active({ exp: undefined }), 'claim_missing_or_invalid'],
    [
      'R11 has an exp that is text',
      () => ({ ...active(), exp: '9999999999' }),
      'claim_missing_or_invalid',
    ],
    ['R11 has no iat', () => active({ iat: undefined }), 'claim_missing_or_invalid'],
    ['R11 has no sub', () => active({ sub: undefined }), 'claim_missing_or_invalid'],
    ['R11 has no client_id', () => active({ client_id: undefined }), 'claim_missing_or_invalid'],
    ['R11 has no jti', () => active({ jti: undefined }), 'claim_missing_or_invalid'],
    ['R11 has a scope that is no text', () => active({ scope: ['a'] }), 'claim_missing_or_invalid'],
    ['D06 is bound to a key', () => active({ cnf: { jkt: 'thumbprint' } }), 'sender_constrained'],
    ['D06 is of type DPoP', () => active({ token_type: 'DPoP' }), 'sender_constrained'],
    ['D06 is of type dpop', () => active({ token_type: 'dpop' }), 'sender_constrained'],
    [
      'X02 is bound to a certificate',
      () => active({ cnf: { 'x5t#S256': 'thumbprint' } }),
      'sender_constrained',
    ],
    ['R10 is a refresh token of Keycloak', () => active({ typ: 'Refresh' }), 'wrong_type'],
    ['R10 is a refresh token of Hydra', () => active({ token_use: 'refresh_token' }), 'wrong_type'],
    ['R10 has the type of one', () => active({ token_type: 'refresh_token' }), 'wrong_type'],
    ['R05 has an nbf that is text', () => ({ ...active(), nbf: '0' }), 'claim_missing_or_invalid'],
    ['R11 has a NUL', () => active({ client_id: 'a\0b' }), 'claim_missing_or_invalid'],
    ['R11 has half of a character', () => active({ sub: '\ud800' }), 'claim_missing_or_invalid'],
  ])('refuses a token that %s', async (_what, body, reason) => {
    answer = () => ({ body: body() });

    await expect(verifier.verify('token')).rejects.toMatchObject({ reason });
    expect(failures).toEqual([]);
  });

  it('V01 asks every time, so that a revoked token is refused at once', async () => {
    await verifier.verify('token');
    await verifier.verify('token');
    answer = () => ({ body: { active: false } });

    await expect(verifier.verify('token')).rejects.toMatchObject({ reason: 'inactive' });
    expect(server.requests).toHaveLength(3);
  });

  it('V01 lets nobody share an answer that may be older than a revocation', async () => {
    await Promise.all([verifier.verify('token'), verifier.verify('token')]);

    expect(server.requests).toHaveLength(2);
    expect(remembered).toEqual([]);
  });

  it('reads the answers of an issuer that differs from the standard as it does tokens', async () => {
    answer = () => ({ body: active({ scope: undefined, scp: ['a'], jti: undefined }) });
    const endpoint = new IntrospectionEndpoint({
      issuer: ISSUER,
      client: { endpoint: server.url, clientId: 'c', clientSecret: async () => SECRET },
      fetch,
      now: clock.now,
    });
    const rules = {
      issuer: ISSUER,
      audience: AUDIENCE,
      clockToleranceSeconds: 10,
      cacheSeconds: 0,
    };
    const compatibility = ['scopes_in_scp', 'token_without_jti'] as const;
    const lenient = new IntrospectionVerifier({ ...rules, compatibility }, endpoint, clocks);

    await expect(verifier.verify('token')).rejects.toThrow();
    const client = await lenient.verify('token');
    expect(client.scopes).toEqual(new Set(['a']));
    expect(client.tokenId).not.toBe((await lenient.verify('other')).tokenId);
    expect(client.claims).not.toHaveProperty('active');
  });

  describe('that keeps answers for some seconds', () => {
    beforeEach(() => {
      verifier = verifierAt(`${server.url}/introspect`, ISSUER, 5);
    });

    it('asks again after that time, and V01 refuses what has been revoked meanwhile', async () => {
      const client = await verifier.verify('token');
      answer = () => ({ body: { active: false } });

      clock.advance({ seconds: 4.999 });
      expect(await verifier.verify('token')).toBe(client);
      clock.advance({ seconds: 0.001 });
      await expect(verifier.verify('token')).rejects.toMatchObject({ reason: 'inactive' });

      expect(server.requests).toHaveLength(2);
      expect(remembered).toEqual(['remembered']);
    });

    it('asks again after that time though the wall clock has been set back meanwhile', async () => {
      await verifier.verify('token');
      answer = () => ({ body: { active: false } });

      wallClockAhead = -3_600_000;
      clock.advance({ seconds: 5 });

      await expect(verifier.verify('token')).rejects.toMatchObject({ reason: 'inactive' });
    });

    it('counts from the question', async () => {
      answer = () => {
        clock.advance({ seconds: 3 });
        return { body: active() };
      };
      await verifier.verify('token');

      clock.advance({ seconds: 2 });
      await verifier.verify('token');

      expect(server.requests).toHaveLength(2);
    });

    it('R04 keeps none beyond the end of the token', async () => {
      answer = () => ({ body: active({ exp: seconds() + 2 }) });
      await verifier.verify('token');

      clock.advance({ seconds: 2 });
      answer = () => ({ body: { active: false } });

      await expect(verifier.verify('token')).rejects.toMatchObject({ reason: 'inactive' });
    });

    it('keeps no refusal, and not that there was no answer', async () => {
      answer = () => ({ body: { active: false } });
      await expect(verifier.verify('token')).rejects.toMatchObject({ reason: 'inactive' });
      answer = () => ({ status: 503 });
      await expect(verifier.verify('token')).rejects.toThrow(IntrospectionUnavailableError);
      answer = () => ({ body: active() });

      await expect(verifier.verify('token')).resolves.toBeDefined();
    });

    it('keeps each token apart', async () => {
      answer = ({ body }) => ({ body: active({ jti: body }) });

      const [one, other] = await Promise.all([verifier.verify('one'), verifier.verify('other')]);

      expect(one.tokenId).not.toBe(other.tokenId);
      expect(await verifier.verify('one')).toBe(one);
      expect(await verifier.verify('other')).toBe(other);
    });

    it('asks once for many who want to know at the same time, of a bad token too', async () => {
      await Promise.all(Array.from({ length: 20 }, () => verifier.verify('good')));
      answer = () => ({ body: { active: false } });
      const outcomes = await Promise.allSettled([verifier.verify('bad'), verifier.verify('bad')]);

      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect(server.requests).toHaveLength(2);
    });
  });

  describe('while nobody answers', () => {
    let asked: string[];
    let reply: () => Promise<Response>;
    let endpoint: IntrospectionEndpoint;

    beforeEach(() => {
      asked = [];
      reply = () => Promise.reject(new DOMException('', 'TimeoutError'));
      endpoint = new IntrospectionEndpoint({
        issuer: ISSUER,
        client: { endpoint: server.url, clientId: 'c', clientSecret: async () => SECRET },
        fetch: (url) => {
          asked.push(url);
          return reply();
        },
        now: clock.now,
        events: { onIntrospectionFailed: ({ message }) => failures.push(message) },
      });
    });

    const ask = () => endpoint.introspect('token');

    it('R23 asks nothing for a second, and says so only once', async () => {
      await expect(ask()).rejects.toThrow('gave no answer');

      clock.advance({ seconds: 0.999 });
      await expect(ask()).rejects.toThrow(IntrospectionUnavailableError);
      await expect(endpoint.ready()).rejects.toThrow(IntrospectionUnavailableError);

      expect(asked).toHaveLength(1);
      expect(failures).toHaveLength(1);
    });

    it('R23 lets one question find out if somebody does again, and nobody else wait for it', async () => {
      await expect(ask()).rejects.toThrow('gave no answer');
      clock.advance({ seconds: 1 });
      const late = Promise.withResolvers<Response>();
      reply = () => late.promise;

      const probe = ask();
      await expect(ask()).rejects.toThrow('no answer lately');
      await expect(ask()).rejects.toThrow('no answer lately');
      expect(asked).toHaveLength(2);
      late.resolve(Response.json({ active: false }));

      await expect(probe).resolves.toEqual({ active: false });
      reply = async () => Response.json({ active: false });
      await Promise.all([ask(), ask()]);
      expect(asked).toHaveLength(4);
    });

    it('R23 waits for another second if that question is not answered either', async () => {
      await expect(ask()).rejects.toThrow('gave no answer');
      clock.advance({ seconds: 1 });
      await expect(ask()).rejects.toThrow('gave no answer');

      await expect(ask()).rejects.toThrow('no answer lately');
      clock.advance({ seconds: 1 });
      await expect(ask()).rejects.toThrow('gave no answer');
    });

    it('R23 goes on asking for others where an answer is of no use, which may be due to the token', async () => {
      reply = async () => new Response('', { status: 500 });
      await expect(ask()).rejects.toThrow('answered 500');
      reply = async () => Response.json({ active: false });

      await expect(ask()).resolves.toEqual({ active: false });
    });

    it('R23 does the same while it is not known where to ask', async () => {
      const nowhere = new IntrospectionEndpoint({
        issuer: ISSUER,
        client: { clientId: 'c', clientSecret: async () => SECRET },
        fetch: (url) => {
          asked.push(url);
          return reply();
        },
        now: clock.now,
      });
      await expect(nowhere.introspect('token')).rejects.toThrow('gave no answer');
      await expect(nowhere.introspect('token')).rejects.toThrow('no answer lately');

      expect(asked).toHaveLength(2);
    });
  });

  it('does not ask about a token that is longer than any', async () => {
    await verifier.verify('a'.repeat(8_192));

    await expect(verifier.verify('a'.repeat(8_193))).rejects.toMatchObject({ reason: 'malformed' });
    expect(server.requests).toHaveLength(1);
  });

  it.each<[string, () => TestAnswer]>([
    ['answered 500', () => ({ status: 500, body: active() })],
    ['answered 503', () => ({ status: 503 })],
    ['answered 429', () => ({ status: 429, headers: { 'retry-after': '60' } })],
    ['answered 401', () => ({ status: 401, body: { error: 'invalid_client' } })],
    ['answered 400', () => ({ status: 400, body: { error: 'invalid_request' } })],
    ['unexpected redirect', () => ({ status: 307, headers: { location: `${server.url}/other` } })],
    ['answered more than 262144 bytes', () => ({ body: { ...active(), x: 'x'.repeat(262_144) } })],
    ['something else than a JSON object', () => ({ body: '<html>the-token</html>' })],
    ['something else than a JSON object', () => ({ body: [active()] })],
    ['does not say what is active', () => ({ body: { ...active(), active: 'true' } })],
    ['does not say what is active', () => ({ body: { error: 'invalid_client' } })],
  ])('R23 cannot tell of a token, and tells the operator why: %s', async (reason, given) => {
    answer = given;

    await expect(verifier.verify('the-token')).rejects.toThrow(IntrospectionUnavailableError);
    expect(failures).toEqual([expect.stringContaining(reason)]);
    expect(failures.join()).toContain(`${server.url}/introspect`);
    expect(failures.join()).not.toMatch(/the-token|a\+secret|a secret/);
    expect(server.requestsTo('/other')).toEqual([]);
  });

  it('R23 cannot tell of a token while nobody answers, and can again as soon as somebody does', async () => {
    answer = () => ({ status: 503 });
    await expect(verifier.verify('token')).rejects.toThrow(IntrospectionUnavailableError);
    answer = () => ({ body: active() });
    await expect(verifier.verify('token')).resolves.toBeDefined();

    await server.stop();
    failures.length = 0;
    await expect(verifier.verify('token')).rejects.toThrow(IntrospectionUnavailableError);
    expect(failures).toEqual([
      expect.stringMatching(/gave no answer: (ECONNREFUSED|UND_ERR_\w+)$/),
    ]);
  });

  it('R23 waits for an answer for a limited time', async () => {
    const signals: unknown[] = [];
    const silent = new IntrospectionEndpoint({
      issuer: ISSUER,
      client: { endpoint: server.url, clientId: 'c', clientSecret: async () => SECRET },
      fetch: (_url, { signal }) => {
        signals.push(signal);
        return Promise.reject(new DOMException('', 'TimeoutError'));
      },
      now: clock.now,
    });

    await expect(silent.introspect('token')).rejects.toThrow('gave no answer: TimeoutError');
    expect(signals).toEqual([expect.any(AbortSignal)]);
  });

  it('cannot tell of a token while its own secret cannot be read', async () => {
    const endpoint = new IntrospectionEndpoint({
      issuer: ISSUER,
      client: {
        endpoint: server.url,
        clientId: 'c',
        clientSecret: () => Promise.reject(new Error('OAUTH_CLIENT_SECRET is empty')),
      },
      fetch,
      now: clock.now,
    });

    await expect(endpoint.introspect('token')).rejects.toThrow(
      'no introspection: OAUTH_CLIENT_SECRET is empty',
    );
    expect(server.requests).toEqual([]);
  });

  describe('with an endpoint that is to be discovered', () => {
    const METADATA = '/.well-known/oauth-authorization-server';
    let metadata: object;

    beforeEach(() => {
      metadata = { issuer: server.url, introspection_endpoint: `${server.url}/discovered` };
      answer = ({ path }) => ({
        body: path === METADATA ? metadata : active({ iss: server.url }),
      });
      verifier = verifierAt(undefined, server.url);
    });

    it('RFC 8414 2: finds it in the metadata of the issuer, once', async () => {
      await Promise.all([verifier.verify('a'), verifier.verify('b')]);
      await verifier.verify('c');

      expect(server.requestsTo(METADATA)).toHaveLength(1);
      expect(server.requestsTo('/discovered')).toHaveLength(3);
    });

    it('RFC 8414 3.3: sends no credentials to where the metadata of another issuer says', async () => {
      metadata = { ...metadata, issuer: 'https://evil.example' };

      await expect(verifier.verify('token')).rejects.toThrow(IntrospectionUnavailableError);
      expect(server.requests.filter(({ method }) => method === 'POST')).toEqual([]);
      expect(failures).toEqual([expect.stringContaining('the metadata of another issuer')]);
    });

    it('says so if the issuer has none', async () => {
      metadata = { issuer: server.url };

      await expect(verifier.verify('token')).rejects.toThrow(IntrospectionUnavailableError);
      expect(failures).toEqual([expect.stringContaining('names no usable introspection_endpoint')]);
    });

    it('looks it up again once it has moved', async () => {
      await verifier.verify('token');
      const discovered = answer;
      answer = (request) =>
        request.path === '/discovered' ? { status: 404 } : discovered(request);
      metadata = { issuer: server.url, introspection_endpoint: `${server.url}/moved` };

      await expect(verifier.verify('token')).rejects.toThrow(IntrospectionUnavailableError);
      await expect(verifier.verify('token')).resolves.toBeDefined();
      expect(server.requestsTo('/moved')).toHaveLength(1);
    });
  });

  describe('is ready', () => {
    beforeEach(() => {
      answer = () => ({ body: { active: false } });
    });

    it('if a question about no token is answered, asked once for many who want to know', async () => {
      await Promise.all([verifier.ready(), verifier.ready(), verifier.ready()]);

      expect(server.requests).toHaveLength(1);
    });

    it('if there has just been an answer, and not for long after', async () => {
      await verifier.ready();
      clock.advance({ seconds: 4 });
      await verifier.ready();
      expect(server.requests).toHaveLength(1);

      clock.advance({ seconds: 1 });
      await verifier.ready();
      expect(server.requests).toHaveLength(2);
    });

    it('R23 no longer once there was none, and again once there is', async () => {
      await verifier.ready();
      answer = () => ({ status: 401 });
      await expect(verifier.verify('token')).rejects.toThrow();

      await expect(verifier.ready()).rejects.toThrow(IntrospectionUnavailableError);
      answer = () => ({ body: { active: false } });
      await expect(verifier.ready()).resolves.toBeUndefined();
    });
  });
});
