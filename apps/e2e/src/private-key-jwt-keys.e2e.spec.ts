import { TestHttpServer, TestSigningKey, type TestAnswer } from '@m2m/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { shown } from './support/http.js';
import { KeyClients } from './support/key-clients.js';
import { expectOAuthError } from './support/oauth.js';
import { freePort } from './support/processes.js';
import { runsAsProcesses } from './support/system.js';

const publicOf = (...keys: readonly TestSigningKey[]) => ({
  keys: keys.map(({ publicJwk }) => publicJwk),
});

describe.runIf(runsAsProcesses)('private_key_jwt at two auth-servers on one database', () => {
  let servers: KeyClients;
  let first: TestSigningKey;
  let second: TestSigningKey;

  beforeAll(async () => {
    first = await TestSigningKey.generate('first', 'ES256');
    second = await TestSigningKey.generate('second', 'EdDSA');
    servers = await KeyClients.start({ client: { jwks: publicOf(first, second) } }, [{}, {}]);
  });

  afterAll(() => servers.stop());

  it('P10 goes once, also when it goes to both at once', async () => {
    for (let round = 0; round < 20; round += 1) {
      const assertion = await servers.sign('client', first);

      const answers = await Promise.all(
        servers.urls.map((url) => servers.requestToken(assertion, url)),
      );

      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
      for (const answer of answers) {
        if (answer.status !== 200) expectOAuthError(answer, 401, 'invalid_client');
      }
    }
  });

  it('P10 goes once, also when it goes to one after the other', async () => {
    const [here, there] = servers.urls;
    const assertion = await servers.sign('client', first);

    expect((await servers.requestToken(assertion, here)).status).toBe(200);

    expectOAuthError(await servers.requestToken(assertion, there), 401, 'invalid_client');
  });

  it('P14 works with each of the registered keys, and with a removed one no longer', async () => {
    for (const url of servers.urls) {
      expect((await tokenBy(first, url)).status).toBe(200);
      expect((await tokenBy(second, url)).status).toBe(200);
    }

    await servers.replaceKeys('client', [second]);

    for (const url of servers.urls) {
      await expect.poll(async () => (await tokenBy(first, url)).status, within(1_000)).toBe(401);
      expect((await tokenBy(second, url)).status).toBe(200);
    }
  });

  it('P14 works with a new key at once, at each of them', async () => {
    for (const kid of ['third', 'fourth', 'fifth']) {
      const key = await TestSigningKey.generate(kid, 'ES256');
      await servers.replaceKeys('client', [key]);

      const answers = await Promise.all(servers.urls.map((url) => tokenBy(key, url)));

      for (const answer of answers) expect(answer.status, shown(answer)).toBe(200);
    }
  });

  const tokenBy = async (key: TestSigningKey, url: string) =>
    servers.requestToken(await servers.sign('client', key), url);
});

describe.runIf(runsAsProcesses)('private_key_jwt with keys at a jwks_uri', () => {
  let publisher: TestHttpServer;
  let slow: TestHttpServer;
  let servers: KeyClients;
  let first: TestSigningKey;
  let second: TestSigningKey;
  let third: TestSigningKey;
  let answer: TestAnswer;

  beforeAll(async () => {
    [first, second, third] = await Promise.all([
      TestSigningKey.generate('first', 'ES256'),
      TestSigningKey.generate('second', 'PS256'),
      TestSigningKey.generate('third', 'EdDSA'),
    ]);
    publisher = await TestHttpServer.start(() => answer);
    slow = await TestHttpServer.start(() => new Promise(() => undefined));
    const clients = {
      publisher: { jwks_uri: `${publisher.url}/jwks` },
      redirected: { jwks_uri: `${publisher.url}/redirect` },
      slow: { jwks_uri: `${slow.url}/jwks` },
      away: { jwks_uri: `http://localhost:${await freePort()}/jwks` },
    };
    const allowed = { CLIENT_JWKS_URI_PRIVATE_ADDRESSES: 'allowed' };
    servers = await KeyClients.start(clients, [allowed, {}]);
  });

  beforeEach(() => {
    answer = { body: publicOf(first, second) };
  });

  afterAll(async () => {
    await servers.stop();
    await publisher.stop();
    await slow.stop();
  });

  it('P14 works with both keys; once a new one was seen, with a removed one no longer', async () => {
    for (let round = 0; round < 5; round += 1) {
      expect((await tokenBy('publisher', first)).status).toBe(200);
      expect((await tokenBy('publisher', second)).status).toBe(200);
    }
    expect(publisher.requestsTo('/jwks')).toHaveLength(1);

    answer = { body: publicOf(second, third) };

    const renewed = await tokenBy('publisher', third);
    expect(renewed.status, shown(renewed)).toBe(200);
    expect((await tokenBy('publisher', second)).status).toBe(200);
    expectOAuthError(await tokenBy('publisher', first), 401, 'invalid_client');
    expect(publisher.requestsTo('/jwks')).toHaveLength(2);
  });

  it('P14 asks for the keys no more often the more unknown ones it is shown', async () => {
    const before = publisher.requestsTo('/jwks').length;
    for (let count = 0; count < 10; count += 1) {
      const stranger = await TestSigningKey.generate(`stranger-${count}`);
      expectOAuthError(await tokenBy('publisher', stranger), 401, 'invalid_client');
    }

    expect(publisher.requestsTo('/jwks').length - before).toBeLessThanOrEqual(1);
  });

  it('calls nobody at a private address unless that is allowed', async () => {
    const before = publisher.requests.length;
    const [, careful] = servers.urls;

    expectOAuthError(await tokenBy('publisher', second, careful), 401, 'invalid_client');

    expect(publisher.requests).toHaveLength(before);
  });

  it('follows no redirect', async () => {
    answer = { status: 302, headers: { location: `${publisher.url}/elsewhere` } };

    expectOAuthError(await tokenBy('redirected', first), 401, 'invalid_client');

    expect(publisher.requestsTo('/elsewhere')).toEqual([]);
  });

  it('refuses a client whose keys cannot be fetched, and holds up nobody else', async () => {
    expectOAuthError(await tokenBy('away', first), 401, 'invalid_client');
    const waiting = tokenBy('slow', first);
    await expect.poll(() => slow.requests.length).toBe(1);

    const started = performance.now();
    for (let count = 0; count < 10; count += 1) {
      expect((await tokenBy('publisher', second)).status).toBe(200);
    }
    expect(performance.now() - started).toBeLessThan(2_000);

    expectOAuthError(await waiting, 401, 'invalid_client');
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  const tokenBy = async (clientId: string, key: TestSigningKey, url?: string) =>
    servers.requestToken(await servers.sign(clientId, key), url);
});

const within = (timeout: number) => ({ timeout, interval: 50 });
