import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { actOn, clientPath, registerClient, remove, type AdminClient } from './support/admin.js';
import { FedApi } from './support/guarded-api.js';
import { members, send, shown } from './support/http.js';
import { LoadBalancer } from './support/load-balancer.js';
import { sumOf } from './support/metrics.js';
import {
  accessTokenFor,
  basic,
  credentialsOf,
  expectOAuthError,
  GRANT,
  postToken,
} from './support/oauth.js';
import { freePort, type RunningApp } from './support/processes.js';
import { startSecondAuthServer } from './support/second-auth-server.js';
import {
  isOurOwn,
  runsAsProcesses,
  start,
  stop,
  system,
  waitUntilReady,
} from './support/system.js';
import {
  introspect,
  isActive,
  postAs,
  postForm,
  REVOCATIONS,
  revoke,
} from './support/token-state.js';

const RESOURCE_SERVER = 'e2e-orders-introspector';
/** The bound of decision record 0027, five seconds and the time of an answer, on a busy machine. */
const WITHIN_BOUND = { timeout: 7_500, interval: 50 };
/** For what happens within a second everywhere. */
const SOON = { timeout: 5_000, interval: 50 };

const jtiOf = (token: string) => decodeJwt(token).jti;
const listed = async (clientId = RESOURCE_SERVER) =>
  members(await postAs(clientId, REVOCATIONS, {}));

/** A token for a client that was registered for it. */
async function tokenOf({ client_id, client_secret }: AdminClient): Promise<string> {
  const authorization = basic({ client_id, client_secret });
  const answer = await postToken(GRANT, { authorization });
  expect(answer.status, shown(answer)).toBe(200);
  return String(members(answer)['access_token']);
}

describe('the revocation feed', () => {
  it('M08 is in the metadata, under a name of its own', async () => {
    const document = members(
      await send(`${system.authServer}/.well-known/oauth-authorization-server`),
    );

    expect(document['m2m_revocation_feed_endpoint']).toBe(system.authServer + REVOCATIONS);
  });

  it('V01 lists a token from its revocation on, and for which audiences it does so', async () => {
    const [one, another] = [await accessTokenFor('e2e-basic'), await accessTokenFor('e2e-basic')];
    await revoke('e2e-basic', one);

    const answer = await postAs(RESOURCE_SERVER, REVOCATIONS, {});

    expect(answer.status, shown(answer)).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { audiences, revoked_tokens, revoked_clients, ...others } = members(answer);
    expect(audiences).toEqual([system.ordersApi]);
    expect(revoked_tokens).toContain(jtiOf(one));
    expect(revoked_tokens).not.toContain(jtiOf(another));
    expect(revoked_clients).toBeInstanceOf(Array);
    expect(others).toEqual({});
    expect(answer.text).not.toContain(one.split('.')[2]);
  });

  it('V01 lists the line of a client whose tokens are revoked, and nothing else of it', async () => {
    const { client_id } = await registerClient();
    await actOn(client_id, 'revoke-tokens');
    const entry = async () =>
      ((await listed())['revoked_clients'] as { client_id: string }[]).find(
        (client) => client.client_id === client_id,
      );

    expect(await entry()).toEqual({ client_id, issued_before: expect.any(Number) as number });
    await actOn(client_id, 'disable');
    expect(await entry()).toEqual({ client_id });
    await remove(clientPath(client_id));
    expect(await entry()).toEqual({ client_id });
  });

  it('tells a resource server nothing of the tokens of another', async () => {
    const token = await accessTokenFor('operator');
    await revoke('operator', token);

    expect((await listed())['revoked_tokens']).not.toContain(jtiOf(token));
  });

  it.each(['e2e-basic', 'e2e-post', 'e2e-key-es256'])(
    'tells %s nothing, which acts for no resource server',
    async (stranger) => {
      const answer = await postAs(stranger, REVOCATIONS, {});

      expectOAuthError(answer, 400, 'unauthorized_client');
      expect(answer.text).not.toContain('revoked_');
    },
  );

  it('V03 needs client authentication', async () => {
    const wrong = basic({ ...(await credentialsOf(RESOURCE_SERVER)), client_secret: 'wrong' });

    const answers = [
      await postForm(REVOCATIONS, {}),
      await postForm(REVOCATIONS, { client_id: RESOURCE_SERVER }),
      await postForm(REVOCATIONS, {}, { headers: { authorization: wrong } }),
    ];

    for (const answer of answers) expectOAuthError(answer, 401, 'invalid_client');
  });

  it('is answered to a POST of a form, and to nothing else', async () => {
    const authorization = basic(await credentialsOf(RESOURCE_SERVER));
    const byGet = await send(system.authServer + REVOCATIONS, { headers: { authorization } });
    const asJson = await send(system.authServer + REVOCATIONS, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: '{}',
    });

    expect(byGet.status).toBe(405);
    expect(byGet.headers.get('allow')).toBe('POST');
    expectOAuthError(asJson, 400, 'invalid_request');
  });

  it('is counted by its result', async () => {
    const count = (result: string) =>
      sumOf(system.authServer, 'oauth_revocation_feed_requests_total', { result });
    const [answered, refused] = [await count('answered'), await count('refused')];

    await listed();
    await listed('e2e-basic');
    await postForm(REVOCATIONS, {});

    expect(await count('answered')).toBeGreaterThanOrEqual(answered + 1);
    expect(await count('refused')).toBeGreaterThanOrEqual(refused + 2);
    expect(await count('too_many')).toBe(0);
  });

  describe.runIf(isOurOwn)('without the database', () => {
    afterAll(() => waitUntilReady('postgres'));

    it('O03 is not answered, as if nothing were revoked', async () => {
      await stop('postgres');
      try {
        const answer = await postAs(RESOURCE_SERVER, REVOCATIONS, {});
        expectOAuthError(answer, 503, 'temporarily_unavailable');
      } finally {
        await start('postgres');
      }
      await waitUntilReady('auth-server');
    });
  });
});

describe.runIf(runsAsProcesses)('an API that goes by the revocation feed', () => {
  let api: FedApi;

  beforeAll(async () => {
    api = await FedApi.start(await credentialsOf(RESOURCE_SERVER));
  });

  afterAll(() => api.stop());

  const status = async (token: string) => (await api.list(token)).status;

  const expectSoon = (token: string, expected: number) =>
    vi.waitFor(async () => expect(await status(token)).toBe(expected), WITHIN_BOUND);

  /** That introspection says the same. */
  async function expectIntrospected(token: string, active: boolean): Promise<void> {
    expect(isActive(await introspect(RESOURCE_SERVER, token))).toBe(active);
  }

  it('V01 V05 refuses a token within the documented time once it is revoked, and no other', async () => {
    const [token, another] = [await accessTokenFor('e2e-basic'), await accessTokenFor('e2e-basic')];
    expect(await status(token)).toBe(200);

    await revoke('e2e-basic', token);

    await expectSoon(token, 401);
    const answer = await api.list(token);
    expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(await status(another)).toBe(200);
    await expectIntrospected(token, false);
    await expectIntrospected(another, true);
  });

  it('V01 V05 refuses all tokens of a client once they are revoked, and takes the next', async () => {
    const client = await registerClient();
    const token = await tokenOf(client);
    expect(await status(token)).toBe(200);

    await actOn(client.client_id, 'revoke-tokens');

    await expectSoon(token, 401);
    const next = await tokenOf(client);
    await expectSoon(next, 200);
    await expectIntrospected(token, false);
    await expectIntrospected(next, true);
    await remove(clientPath(client.client_id));
  });

  it('C05 V05 refuses the tokens of a client while it is disabled, and of one that is deleted', async () => {
    const client = await registerClient();
    const token = await tokenOf(client);
    expect(await status(token)).toBe(200);

    await actOn(client.client_id, 'disable');
    await expectSoon(token, 401);
    await expectIntrospected(token, false);

    await actOn(client.client_id, 'enable');
    await expectSoon(token, 200);
    await expectIntrospected(token, true);

    await remove(clientPath(client.client_id));
    await expectSoon(token, 401);
    await expectIntrospected(token, false);
  });

  it('V05 takes no token of a deleted client for one of the client that has its name now', async () => {
    const client = await registerClient();
    const token = await tokenOf(client);
    // A client's tokens are told from a former one's by whole seconds, give or take one.
    await vi.waitUntil(() => Date.now() / 1_000 > (decodeJwt(token).iat ?? 0) + 3, SOON);
    expect(await status(token)).toBe(200);

    await remove(clientPath(client.client_id));
    const successor = await registerClient({ client_id: client.client_id });

    await expectSoon(token, 401);
    await expectSoon(await tokenOf(successor), 200);
    await expectIntrospected(token, false);
    await remove(clientPath(client.client_id));
  });

  it('says how old what it knows is', async () => {
    const age = await sumOf(api.url, 'oauth_revocation_feed_age_seconds');

    expect(age).toBeGreaterThanOrEqual(0);
    expect(age).toBeLessThan(60);
    expect(
      await sumOf(api.url, 'oauth_revocation_feed_fetches_total', { outcome: 'success' }),
    ).toBeGreaterThan(0);
  });

  describe('with two auth-servers', () => {
    let other: RunningApp;

    beforeAll(async () => {
      other = await startSecondAuthServer();
    });

    afterAll(() => other.process.stop());

    it('V01 V05 hears of what was revoked at either of them', async () => {
      const token = await accessTokenFor('e2e-basic');
      expect(await status(token)).toBe(200);

      expect((await revoke('e2e-basic', token, { at: other.url })).status).toBe(200);

      await expectSoon(token, 401);
    });
  });

  it('R23 works on while the feed is away, and hears by itself what it has missed', async () => {
    const way = await LoadBalancer.start();
    way.serve([system.authServer]);
    const endpoint = { OAUTH_REVOCATION_FEED_ENDPOINT: way.url + REVOCATIONS };
    const cutOff = await FedApi.start(await credentialsOf(RESOURCE_SERVER), endpoint);
    try {
      const token = await accessTokenFor('e2e-basic');
      way.serve([`http://localhost:${await freePort()}`]);
      await vi.waitFor(async () => {
        const failures = { outcome: 'failure' };
        expect(
          await sumOf(cutOff.url, 'oauth_revocation_feed_fetches_total', failures),
        ).toBeGreaterThan(0);
      }, WITHIN_BOUND);
      await revoke('e2e-basic', token);
      expect((await cutOff.list(token)).status).toBe(200);
      expect((await send(`${cutOff.url}/health/ready`)).status).toBe(200);

      way.serve([system.authServer]);

      await vi.waitFor(async () => {
        expect((await cutOff.list(token)).status).toBe(401);
      }, WITHIN_BOUND);
    } finally {
      await cutOff.stop();
      await way.stop();
    }
  });

  it('R23 lets nobody in as a client that acts for no resource server, and says why', async () => {
    const stranger = await FedApi.start(await credentialsOf('e2e-reader'), {}, '/health/live');
    try {
      await vi.waitFor(() => {
        expect(stranger.process.output).toMatch(/"event":"revocation_feed.failed".*answered 400/);
      }, SOON);

      expect((await stranger.list(await accessTokenFor('e2e-reader'))).status).toBe(503);
      const ready = await send(`${stranger.url}/health/ready`);
      expect(ready.status).toBe(503);
      expect(ready.text).toContain('issuer keys and revocation feed');
    } finally {
      await stranger.stop();
    }
  });
});
