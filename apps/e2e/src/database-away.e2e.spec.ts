import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { assertionClaims, signAssertion, withAssertion } from './support/client-assertions.js';
import type { Credentials, KeyCredentials } from './support/credentials.js';
import { query } from './support/databases.js';
import { members, send, shown, type Answer } from './support/http.js';
import { accessTokenFor, basic, expectOAuthError, GRANT, requestToken } from './support/oauth.js';
import { callOrders } from './support/orders.js';
import { postForm, ReplicatedSystem, tokenIn, tokenRequest } from './support/replicated-system.js';
import { freeze, runsAsProcesses, start, stop, thaw, waitUntilReady } from './support/system.js';

/** For how long a server goes by what it remembers without having heard from the database. */
const LEASE_MS = 1_000;
/** On a machine that is busy. */
const AT_ONCE_MS = 1_000;
/** As long as a server waits for a database that hangs, and what a busy machine adds. */
const SILENCE_MS = 2_500;
/** Longer than it takes to hear from a database again that was away: only then anything is remembered. */
const RECONNECT_MS = 2_000;
const MORE_THAN_CONNECTIONS = 30;
const HEALING = { timeout: 20_000, interval: 100 };

describe.runIf(runsAsProcesses)('an auth-server without its database', () => {
  let system: ReplicatedSystem;
  let reader: Credentials;
  let keyHolder: KeyCredentials;
  let token: string;

  beforeAll(async () => {
    system = await ReplicatedSystem.start();
    reader = await system.credentialsOf('reader');
    keyHolder = await system.keyOf('key-holder');
  });

  beforeEach(async () => {
    await pause(RECONNECT_MS);
    const [here] = system.pair;
    token = tokenIn(await tokenRequest(here.url, reader));
    expect((await callApi()).status).toBe(200);
    // So that what comes next is remembered by both.
    for (const { url } of system.replicas) {
      for (const request of Object.values(requestsTo(url)))
        expect((await request()).status).toBe(200);
    }
  });

  afterEach(() => system.pair[0].database.mend());

  afterAll(() => system.stop());

  describe.each([
    { way: 'cut', answersWithinMs: AT_ONCE_MS, goesByMemory: false },
    { way: 'silence', answersWithinMs: SILENCE_MS, goesByMemory: true },
  ] as const)('that is away ($way)', ({ way, answersWithinMs, goesByMemory }) => {
    it(
      'O03 answers 503 about clients it has just known, goes on with what needs no database, and heals',
      { timeout: 120_000 },
      async () => {
        const [{ url, database, app }] = system.pair;
        database[way]();
        await pause(LEASE_MS);

        const requests = requestsTo(url);
        const { 'a token by a secret': ofKnownClient } = requests;
        const more = Array.from({ length: MORE_THAN_CONNECTIONS }, () => ofKnownClient);
        await Promise.all(
          [...Object.values(requests), ...more].map((request) =>
            expectUnavailable(request, answersWithinMs),
          ),
        );

        const ready = await send(`${url}/health/ready`);
        expect(ready.status).toBe(503);
        expect(members(ready)['checks']).toMatchObject({ database: 'down' });
        for (const path of ['/health/live', '/oauth2/jwks', '/metrics']) {
          expect((await send(`${url}${path}`)).status, path).toBe(200);
        }
        expect((await callApi()).status).toBe(200);

        database.mend();
        await vi.waitFor(async () => {
          expect((await send(`${url}/health/ready`)).status).toBe(200);
          for (const request of Object.values(requests)) {
            expect((await request()).status).toBe(200);
          }
        }, HEALING);
        expect(app.process.hasEnded).toBe(false);
      },
    );

    it('O03 tells a client whose token it cannot revoke', { timeout: 60_000 }, async () => {
      const [{ url, database }] = system.pair;
      database[way]();

      const revoke = () =>
        postForm(`${url}/oauth2/revoke`, { token }, { authorization: basic(reader) });
      await expectUnavailable(revoke, answersWithinMs);

      database.mend();
      await vi.waitFor(async () => expect((await revoke()).status).toBe(200), HEALING);
    });

    it(
      'C05 O03 gives a client no token a second after it is away, whatever has become of the client',
      { timeout: 60_000 },
      async () => {
        const [here, there] = system.pair;
        const answers: { readonly at: number; readonly status: number }[] = [];
        const awaySince = performance.now();
        here.database[way]();
        await query(system.databaseUrl, 'UPDATE client SET disabled = true WHERE client_id = $1', [
          reader.client_id,
        ]);
        const asking: Promise<void>[] = [];
        while (performance.now() - awaySince < 3 * LEASE_MS) {
          const at = performance.now() - awaySince;
          const asked = tokenRequest(here.url, reader);
          asking.push(asked.then(({ status }) => void answers.push({ at, status })));
          await pause(25);
        }
        await Promise.all(asking);

        const given = answers.filter(({ status }) => status === 200);
        const last = Math.max(0, ...given.map(({ at }) => at));
        console.info(`database ${way}: the last token was given after ${Math.round(last)} ms`);
        expect(given.length > 0, 'whether it went by what it remembered').toBe(goesByMemory);
        expect(last).toBeLessThan(LEASE_MS);
        expect(
          new Set(answers.filter(({ at }) => at > LEASE_MS).map(({ status }) => status)),
        ).toEqual(new Set([503]));
        expectOAuthError(await tokenRequest(there.url, reader), 401, 'invalid_client');

        here.database.mend();
        await vi.waitFor(async () => {
          expectOAuthError(await tokenRequest(here.url, reader), 401, 'invalid_client');
        }, HEALING);
        await query(system.databaseUrl, 'UPDATE client SET disabled = false');
      },
    );
  });

  /** What a server is asked that it needs the database for, or what it remembers of it. */
  function requestsTo(url: string) {
    const byBasic = { authorization: basic(reader) };
    return {
      'a token by a secret': () => postForm(`${url}/oauth2/token`, GRANT, byBasic),
      'a token by a key': async () =>
        postForm(`${url}/oauth2/token`, { ...GRANT, ...(await assertion()) }),
      introspection: () => postForm(`${url}/oauth2/introspect`, { token }, byBasic),
      revocation: () => postForm(`${url}/oauth2/revoke`, { token: 'not-a-token' }, byBasic),
    };
  }

  async function assertion() {
    const claims = assertionClaims(keyHolder.client_id, { aud: system.issuer });
    return withAssertion(await signAssertion(keyHolder.private_key, claims));
  }

  const callApi = () => callOrders('/orders?limit=1', { token }, system.apiUrl);
});

describe.runIf(runsAsProcesses && process.platform !== 'win32')('without PostgreSQL', () => {
  it.each([
    { what: 'stopped', away: stop, back: start, answersWithinMs: AT_ONCE_MS },
    { what: 'frozen', away: freeze, back: thaw, answersWithinMs: SILENCE_MS },
  ])(
    'O03 a client known a moment ago is told so, by whichever method ($what)',
    { timeout: 120_000 },
    async ({ away, back, answersWithinMs }) => {
      const clients = ['e2e-basic', 'e2e-post', 'e2e-key-es256'];
      for (const client of clients) await accessTokenFor(client);

      await away('postgres');
      try {
        await pause(LEASE_MS);
        await Promise.all(
          clients.map((client) => expectUnavailable(() => requestToken(client), answersWithinMs)),
        );
      } finally {
        await back('postgres');
        await waitUntilReady('auth-server');
      }
      for (const client of clients) {
        await vi.waitFor(() => accessTokenFor(client), HEALING);
      }
    },
  );
});

async function expectUnavailable(request: () => Promise<Answer>, withinMs: number): Promise<void> {
  const startedAt = performance.now();
  const answer = await request();
  expect(performance.now() - startedAt, shown(answer)).toBeLessThan(withinMs);
  expectOAuthError(answer, 503, 'temporarily_unavailable');
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
}
