import { setTimeout as pause } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { query } from './support/databases.js';
import { IntrospectingApi } from './support/guarded-api.js';
import { members, send, shown, type Answer } from './support/http.js';
import { sumOf } from './support/metrics.js';
import {
  accessTokenFor,
  basic,
  credentialsOf,
  expectOAuthError,
  form,
  GRANT,
} from './support/oauth.js';
import { callOrders } from './support/orders.js';
import type { RunningApp } from './support/processes.js';
import { startSecondAuthServer } from './support/second-auth-server.js';
import {
  isOurOwn,
  logs,
  own,
  runsAsProcesses,
  start,
  stop,
  system,
  waitUntilReady,
} from './support/system.js';
import { introspect, isActive, postAs, postForm, REVOKE, revoke } from './support/token-state.js';

/** How old what a replica remembers of a client may be, and a little more. */
const KNOWN_EVERYWHERE_MS = 1_100;
/** How long an event may take to be seen: the logs of containers are slow to read. */
const PATIENCE = { timeout: 20_000, interval: 250 };
const INTROSPECTOR = 'e2e-orders-introspector';
const ENDPOINT = system.authServer + REVOKE;

const callWith = (token: string) => callOrders('/orders?limit=1', { token });

/** Calls the admin API, with a token of the operator's that is given or new. */
async function asOperator(
  path: string,
  { at = system.authServer, token, method = 'GET' }: AdminCall = {},
): Promise<Answer> {
  const bearer = token ?? (await accessTokenFor('operator'));
  return send(at + path, { method, headers: { authorization: `Bearer ${bearer}` } });
}

interface AdminCall {
  readonly at?: string;
  readonly token?: string;
  readonly method?: string;
}

describe('revocation', () => {
  it('V01 of a token of its own makes it inactive at once', async () => {
    const token = await accessTokenFor('e2e-basic');
    expect(isActive(await introspect(INTROSPECTOR, token))).toBe(true);

    const answer = await revoke('e2e-basic', token);

    expect(answer.status, shown(answer)).toBe(200);
    expect(answer.text).toBe('');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(members(await introspect(INTROSPECTOR, token))).toEqual({ active: false });
    expect(members(await introspect('e2e-basic', token))).toEqual({ active: false });
  });

  it('V01 of one token leaves the others alone', async () => {
    const [one, another] = [await accessTokenFor('e2e-basic'), await accessTokenFor('e2e-basic')];

    await revoke('e2e-basic', one);

    expect(isActive(await introspect(INTROSPECTOR, another))).toBe(true);
  });

  it('M05 is open to each advertised way to authenticate, and no other', async () => {
    const clients: Readonly<Record<string, string>> = {
      client_secret_basic: 'e2e-basic',
      client_secret_post: 'e2e-post',
      private_key_jwt: 'e2e-key-es256',
    };
    const document = members(
      await send(`${system.authServer}/.well-known/oauth-authorization-server`),
    );

    expect(document['revocation_endpoint_auth_methods_supported']).toEqual(Object.keys(clients));
    for (const clientId of Object.values(clients)) {
      const token = await accessTokenFor(clientId);
      expect((await revoke(clientId, token)).status, clientId).toBe(200);
      expect(isActive(await introspect(clientId, token)), clientId).toBe(false);
    }
  });

  it.each(['unknown', 'a.b.c', 'ü', "'; DROP TABLE client; --"])(
    'V02 of %s is no error',
    async (nonsense) => {
      const answer = await revoke('e2e-basic', nonsense);

      expect(answer.status, shown(answer)).toBe(200);
      expect(answer.text).toBe('');
    },
  );

  it('V02 of a token that is revoked already is no error', async () => {
    const token = await accessTokenFor('e2e-basic');

    const answers = await Promise.all(Array.from({ length: 5 }, () => revoke('e2e-basic', token)));
    answers.push(await revoke('e2e-basic', token));

    for (const answer of answers) expect(answer.status).toBe(200);
  });

  it('V03 needs client authentication', async () => {
    const token = await accessTokenFor('e2e-basic');
    const wrong = basic({ ...(await credentialsOf('e2e-basic')), client_secret: 'wrong' });

    expectOAuthError(await postForm(REVOKE, { token }), 401, 'invalid_client');
    expectOAuthError(
      await postForm(REVOKE, { token, client_id: 'e2e-basic' }),
      401,
      'invalid_client',
    );
    expectOAuthError(
      await postForm(REVOKE, { token }, { headers: { authorization: wrong } }),
      401,
      'invalid_client',
    );
    expect(isActive(await introspect('e2e-basic', token))).toBe(true);
  });

  it('RFC 7009 2.1: is refused for the token of another client, and its resource server', async () => {
    const token = await accessTokenFor('e2e-basic');

    for (const stranger of ['e2e-reader', INTROSPECTOR]) {
      const answer = await revoke(stranger, token);
      expectOAuthError(answer, 400, 'invalid_request');
      expect(answer.text).not.toMatch(/client|e2e/);
    }

    expect(isActive(await introspect(INTROSPECTOR, token))).toBe(true);
  });

  it('needs a token, in the body of a POST', async () => {
    const token = await accessTokenFor('e2e-basic');
    const authorization = basic(await credentialsOf('e2e-basic'));

    const inQuery = await postAs('e2e-basic', `${REVOKE}?${form({ token })}`, {});
    const byGet = await send(`${ENDPOINT}?${form({ token })}`, { headers: { authorization } });

    expectOAuthError(inQuery, 400, 'invalid_request');
    expectOAuthError(await postAs('e2e-basic', REVOKE, {}), 400, 'invalid_request');
    expect(byGet.status).toBe(405);
    expect(byGet.headers.get('allow')).toBe('POST');
    expect(isActive(await introspect('e2e-basic', token))).toBe(true);
  });

  it.each(['access_token', 'refresh_token', 'no such type'])(
    'RFC 7009 2.1: is not misled by the hint "%s"',
    async (token_type_hint) => {
      const token = await accessTokenFor('e2e-basic');

      const answer = await postAs('e2e-basic', REVOKE, { token, token_type_hint });

      expect(answer.status).toBe(200);
      expect(isActive(await introspect('e2e-basic', token))).toBe(false);
    },
  );

  it('is counted by its result', async () => {
    const token = await accessTokenFor('e2e-basic');
    const results = ['revoked', 'nothing_to_revoke', 'refused'];
    const counts = () =>
      Promise.all(
        results.map((result) =>
          sumOf(system.authServer, 'oauth_token_revocations_total', { result }),
        ),
      );
    const before = await counts();

    await revoke('e2e-reader', token);
    await revoke('e2e-basic', token);
    await revoke('e2e-basic', token);

    expect(await counts()).toEqual(before.map((count) => count + 1));
  });

  it.runIf(isOurOwn)('O04 leaves an event with the client and the token it was', async () => {
    const token = await accessTokenFor('e2e-basic');
    const { jti = '' } = decodeJwt(token);

    await revoke('e2e-basic', token);

    const events = () =>
      query(
        own().authDatabaseUrl,
        `SELECT event, actor, outcome FROM audit_event WHERE details ->> 'jti' = $1`,
        [jti],
      );
    await expect
      .poll(events, PATIENCE)
      .toEqual([{ event: 'token.revoked', actor: 'e2e-basic', outcome: 'success' }]);
    await expect
      .poll(async () => (await logs()).get('auth-server'), PATIENCE)
      .toMatch(new RegExp(`"event":"token.revoked".*${jti}`));
    const stored = await query(
      own().authDatabaseUrl,
      'SELECT * FROM revoked_token WHERE jti = $1',
      [jti],
    );
    expect(JSON.stringify(stored)).not.toContain(token.split('.')[2]);
  });

  it('V05 is not seen by an API that goes by the keys, which accepts the token until it expires', async () => {
    const token = await accessTokenFor('e2e-basic');
    await revoke('e2e-basic', token);

    expect((await callWith(token)).status).toBe(200);
    const { iat = 0, exp = Number.POSITIVE_INFINITY } = decodeJwt(token);
    // The bound of decision record 0017.
    expect(exp - iat).toBeLessThanOrEqual(600);
  });

  describe.runIf(runsAsProcesses)('at an API that asks about each token', () => {
    let api: IntrospectingApi;

    beforeAll(async () => {
      api = await IntrospectingApi.start(await credentialsOf(INTROSPECTOR));
    });

    afterAll(() => api.stop());

    it('V01 V05 is seen at once', async () => {
      const token = await accessTokenFor('e2e-basic');
      expect((await api.list(token)).status).toBe(200);

      await revoke('e2e-basic', token);

      const answer = await api.list(token);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
    });
  });

  describe.runIf(runsAsProcesses)('with two replicas', () => {
    let other: RunningApp;

    beforeAll(async () => {
      other = await startSecondAuthServer();
    });

    afterAll(() => other.process.stop());

    it('V01 is known at the other replica at once, whichever was asked', async () => {
      for (const [one, another] of [
        [system.authServer, other.url],
        [other.url, system.authServer],
      ] as const) {
        for (let count = 0; count < 20; count++) {
          const token = await accessTokenFor('e2e-basic');
          expect(isActive(await introspect(INTROSPECTOR, token, { at: another }))).toBe(true);
          expect((await revoke('e2e-basic', token, { at: one })).status).toBe(200);
          expect(isActive(await introspect(INTROSPECTOR, token, { at: another }))).toBe(false);
        }
      }
    });

    it('V01 is seen at once by the admin API of both', async () => {
      const token = await accessTokenFor('operator');
      for (const at of [system.authServer, other.url]) {
        expect((await asOperator('/admin/clients', { at, token })).status).toBe(200);
      }

      await revoke('operator', token);

      for (const at of [system.authServer, other.url]) {
        const answer = await asOperator('/admin/clients', { at, token });
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toContain('error="invalid_token"');
      }
    });

    it('V01 of all tokens of a client is known at both, and the next token is good', async () => {
      const old = await accessTokenFor('e2e-revoked');

      const answer = await asOperator('/admin/clients/e2e-revoked/revoke-tokens', {
        method: 'POST',
      });

      expect(answer.status, shown(answer)).toBe(200);

      for (const at of [system.authServer, other.url]) {
        expect(isActive(await introspect(INTROSPECTOR, old, { at }))).toBe(false);
      }
      // What a replica remembers of a client may be a second old.
      await vi.waitFor(
        async () => {
          const next = await accessTokenFor('e2e-revoked');
          expect(isActive(await introspect(INTROSPECTOR, next, { at: other.url }))).toBe(true);
          expect((await callWith(next)).status).toBe(200);
        },
        { timeout: 1_000, interval: 20 },
      );
      expect(isActive(await introspect(INTROSPECTOR, old))).toBe(false);
    });

    it('V01 of all tokens of a client spares none from before, while both issue more', async () => {
      const before: string[] = [];
      const after: string[] = [];
      let issued = before;
      let isOver = false;
      const issueAt = async (at: string) => {
        while (!isOver) {
          const kept = issued;
          const answer = await postAs('e2e-revoked', '/oauth2/token', GRANT, { at });
          // What was asked for before the revocation and came after it may be either.
          if (kept === issued) kept.push(String(members(answer)['access_token']));
        }
      };
      const issuing = [issueAt(system.authServer), issueAt(other.url)];
      await vi.waitUntil(() => before.length > 20, { timeout: 10_000 });

      issued = [];
      await asOperator('/admin/clients/e2e-revoked/revoke-tokens', { method: 'POST' });
      await pause(KNOWN_EVERYWHERE_MS);
      issued = after;
      await vi.waitUntil(() => after.length > 20, { timeout: 10_000 });
      isOver = true;
      await Promise.all(issuing);

      const states = (tokens: readonly string[]) =>
        Promise.all(tokens.map(async (token) => isActive(await introspect(INTROSPECTOR, token))));
      expect(new Set(await states(before))).toEqual(new Set([false]));
      expect(new Set(await states(after))).toEqual(new Set([true]));
    });
  });

  describe.runIf(isOurOwn)('without the database', () => {
    afterAll(() => waitUntilReady('postgres'));

    it('O03 is not claimed to have been done, and no token is called active', async () => {
      const token = await accessTokenFor('e2e-basic');
      await stop('postgres');
      try {
        const answers = [await introspect(INTROSPECTOR, token), await revoke('e2e-basic', token)];

        for (const answer of answers) {
          expectOAuthError(answer, 503, 'temporarily_unavailable');
          expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
        }
      } finally {
        await start('postgres');
      }
      await waitUntilReady('auth-server');
      expect(isActive(await introspect(INTROSPECTOR, token))).toBe(true);
    });
  });
});
