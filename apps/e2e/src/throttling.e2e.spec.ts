import { randomUUID } from 'node:crypto';
import { TestSigningKey } from '@m2m/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AuthServers } from './support/auth-servers.js';
import { shown, type Answer } from './support/http.js';
import { sumOf } from './support/metrics.js';
import { expectOAuthError, type Credentials } from './support/oauth.js';
import { runsAsProcesses } from './support/system.js';

/** As `.env.example` has it. */
const LIMIT = 20;

/** Two replicas that clients reach themselves, and one behind a proxy. */
const FIRST = 0;
const SECOND = 1;
const PROXIED = 2;

const HOME = '198.51.100.7';
const ABROAD = '203.0.113.66';

describe.runIf(runsAsProcesses)('throttling of failed client authentication', () => {
  let auth: AuthServers;
  let bystander: Credentials;
  let client: Credentials;
  let count = 0;

  beforeAll(async () => {
    auth = await AuthServers.start([{}, {}, { TRUSTED_PROXIES: '127.0.0.1, ::1' }]);
    bystander = await auth.addClient('bystander');
  });

  // Each test has a client of its own, with failures of its own.
  const newClient = async () => {
    client = await auth.addClient(`client-${count++}`);
  };

  afterAll(() => auth.stop());

  it('A13 answers 429 with Retry-After after so many failures, and other clients get their tokens', async () => {
    await newClient();
    for (const answer of await failures(FIRST, LIMIT)) {
      expectOAuthError(answer, 401, 'invalid_client');
    }

    const wrong = await failure(FIRST);
    const right = await request(FIRST);

    for (const answer of [wrong, right]) {
      expectThrottled(answer);
      expect(answer.headers.get('www-authenticate')).toBeNull();
    }
    const other = await auth.requestToken(FIRST, { credentials: bystander });
    expect(other.status, shown(other)).toBe(200);
  });

  it('A13 does not mind failures below the limit', async () => {
    await newClient();
    await failures(FIRST, LIMIT - 1);

    expect((await request(FIRST)).status).toBe(200);
    expectOAuthError(await failure(FIRST), 401, 'invalid_client');
  });

  it('A13 counts at all replicas together, and all of them refuse within a second', async () => {
    await newClient();
    await failures(FIRST, LIMIT / 2);
    expect((await request(SECOND)).status).toBe(200);
    await failures(SECOND, LIMIT / 2);

    expectThrottled(await request(SECOND));
    await vi.waitFor(async () => expectThrottled(await request(FIRST)), { timeout: 1_000 });
  });

  it('A05 A13 treats a client that does not exist like one that does', async () => {
    await newClient();
    const nobody = { client_id: `nobody-${randomUUID()}`, client_secret: 'any' };
    const known = await failures(FIRST, LIMIT + 1);
    const unknown: Answer[] = [];
    for (let time = 0; time <= LIMIT; time++) {
      unknown.push(await auth.requestToken(FIRST, { credentials: nobody }));
    }

    expect(unknown.map(visible)).toEqual(known.map(visible));
    expect(unknown.at(-1)?.status).toBe(429);
  });

  it('A14 takes no notice of a forged X-Forwarded-For', async () => {
    await newClient();
    for (let time = 0; time < LIMIT; time++) await failure(FIRST, `192.0.2.${time}`);

    expectThrottled(await request(FIRST, '192.0.2.200'));
    expectThrottled(await request(FIRST));
  });

  it('A14 believes a trusted proxy what it saw itself, not what it passes on', async () => {
    await newClient();
    for (let time = 0; time < LIMIT; time++) await failure(PROXIED, `192.0.2.${time}, ${ABROAD}`);

    expectThrottled(await request(PROXIED, `192.0.2.200, ${ABROAD}`));
    expectThrottled(await request(PROXIED, ABROAD));
    expect((await request(PROXIED, `${ABROAD}, ${HOME}`)).status).toBe(200);
  });

  it('A14 leaves the real client alone at its own address when a stranger fails elsewhere', async () => {
    await newClient();
    await failures(PROXIED, LIMIT, ABROAD);

    expectThrottled(await request(PROXIED, ABROAD));
    expect((await request(PROXIED, HOME)).status).toBe(200);
    expect((await request(FIRST)).status).toBe(200);
  });

  it('A14 counts the addresses of one IPv6 network as one', async () => {
    await newClient();
    for (let time = 0; time < LIMIT; time++) await failure(PROXIED, `2001:db8:1:2::${time + 1}`);

    expectThrottled(await request(PROXIED, '2001:db8:1:2:ffff::9'));
    expect((await request(PROXIED, '2001:db8:1:3::1')).status).toBe(200);
  });

  it('A14 never keeps out a client that authenticates by its key', async () => {
    const key = await TestSigningKey.generate('its-key');
    await auth.addClientWithKey('key-holder', key.publicJwk);
    const stranger = { client_id: 'key-holder', client_secret: 'guessed' };
    for (let time = 0; time < LIMIT; time++) {
      await auth.requestToken(FIRST, { credentials: stranger });
    }
    expectThrottled(await auth.requestToken(FIRST, { credentials: stranger }));

    const answer = await auth.requestToken(FIRST, { body: await assertionBy(key) });

    expect(answer.status, shown(answer)).toBe(200);
  });

  it('A14 does not count wrong assertions, which nobody can guess right', async () => {
    const key = await TestSigningKey.generate('its-key');
    const stranger = await TestSigningKey.generate('its-key');
    await auth.addClientWithKey('other-key-holder', key.publicJwk);
    for (let time = 0; time <= LIMIT; time++) {
      const body = await assertionBy(stranger, 'other-key-holder');
      expectOAuthError(await auth.requestToken(FIRST, { body }), 401, 'invalid_client');
    }

    const body = await assertionBy(key, 'other-key-holder');
    expect((await auth.requestToken(FIRST, { body })).status).toBe(200);
  });

  it('O04 shows what it refuses, in the metrics and in the log, and stores the block alone', async () => {
    await newClient();
    const metric = 'oauth_client_authentication_throttled_total';
    const before = await sumOf(auth.url(SECOND), metric);
    await failures(SECOND, LIMIT + 3);

    expect((await sumOf(auth.url(SECOND), metric)) - before).toBe(3);
    // What a process writes may be read after its answer.
    await vi.waitFor(
      () => {
        const lines = auth.logged(SECOND, 'client_authentication.throttled');
        expect(lines.filter((line) => line['client_id'] === client.client_id)).toHaveLength(3);
        expect(auth.logged(SECOND, 'client_authentication.blocked')).toContainEqual(
          expect.objectContaining({
            client_id: client.client_id,
            reason: 'too_many_failures',
            outcome: 'failure',
          }),
        );
      },
      { timeout: 10_000 },
    );
    await vi.waitFor(
      async () => {
        const rows = await auth.query<{ event: string; count: number }>(
          `SELECT event, count(*)::int FROM audit_event WHERE subject = $1 GROUP BY event ORDER BY event`,
          [client.client_id],
        );
        expect(rows).toEqual([
          { event: 'client_authentication.blocked', count: 1 },
          { event: 'client_authentication.failed', count: LIMIT },
        ]);
      },
      { timeout: 10_000 },
    );
  });

  function request(server: number, forwardedFor?: string): Promise<Answer> {
    return auth.requestToken(server, { credentials: client, headers: headersOf(forwardedFor) });
  }

  function failure(server: number, forwardedFor?: string): Promise<Answer> {
    const credentials = { ...client, client_secret: 'wrong' };
    return auth.requestToken(server, { credentials, headers: headersOf(forwardedFor) });
  }

  async function failures(server: number, times: number, forwardedFor?: string) {
    const answers: Answer[] = [];
    for (let time = 0; time < times; time++) answers.push(await failure(server, forwardedFor));
    return answers;
  }

  async function assertionBy(key: TestSigningKey, clientId = 'key-holder') {
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: clientId,
      sub: clientId,
      aud: auth.issuer,
      jti: randomUUID(),
      iat: now,
      exp: now + 60,
    };
    return {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await key.sign(claims, { typ: 'JWT' }),
    };
  }
});

function headersOf(forwardedFor: string | undefined): Readonly<Record<string, string>> {
  return forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
}

function expectThrottled(answer: Answer): void {
  expectOAuthError(answer, 429, 'temporarily_unavailable');
  const seconds = Number(answer.headers.get('retry-after'));
  expect(seconds).toBeGreaterThanOrEqual(1);
  expect(seconds).toBeLessThanOrEqual(60);
}

/** What a caller can tell two answers apart by. */
function visible({ status, headers, text }: Answer) {
  const varying = new Set(['date', 'x-request-id', 'retry-after']);
  return { status, text, headers: [...headers].filter(([name]) => !varying.has(name)) };
}
