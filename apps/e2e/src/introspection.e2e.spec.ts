import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { TestIssuer } from '@m2m/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { query } from './support/databases.js';
import { members, send, shown } from './support/http.js';
import { sumOf } from './support/metrics.js';
import {
  accessTokenFor,
  basic,
  credentialsOf,
  expectOAuthError,
  form,
  requestToken,
} from './support/oauth.js';
import type { RunningApp } from './support/processes.js';
import { startSecondAuthServer } from './support/second-auth-server.js';
import { isOurOwn, own, runsAsProcesses, system } from './support/system.js';
import {
  introspect,
  INTROSPECT,
  isActive,
  postAs,
  postForm,
  SIGNED_RESPONSE,
} from './support/token-state.js';

const INTROSPECTOR = 'e2e-orders-introspector';
/** How long to wait for what takes a second or two. */
const SOON = { timeout: 5_000 };
const ENDPOINT = system.authServer + INTROSPECT;

const metadata = async () =>
  members(await send(`${system.authServer}/.well-known/oauth-authorization-server`));

describe('introspection', () => {
  let token: string;

  beforeAll(async () => {
    token = await accessTokenFor('e2e-basic');
  });

  it('I01 tells nobody anything who does not authenticate', async () => {
    const wrong = basic({ ...(await credentialsOf(INTROSPECTOR)), client_secret: 'wrong' });
    const answers = [
      await postForm(INTROSPECT, { token }),
      await postForm(INTROSPECT, { token, client_id: INTROSPECTOR }),
      await postForm(INTROSPECT, { token }, { headers: { authorization: wrong } }),
      await postForm(INTROSPECT, { token }, { headers: { authorization: `Bearer ${token}` } }),
    ];

    for (const answer of answers) {
      expectOAuthError(answer, 401, 'invalid_client');
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
      expect(members(answer)).not.toHaveProperty('active');
    }
  });

  it('I02 tells the resource server of a live token what was issued', async () => {
    const answer = await introspect(INTROSPECTOR, token);

    expect(answer.status, shown(answer)).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(members(answer)).toEqual({ active: true, token_type: 'Bearer', ...decodeJwt(token) });
  });

  it('I02 tells a client of its own token', async () => {
    expect(isActive(await introspect('e2e-basic', token))).toBe(true);
  });

  it('M05 takes each advertised way to authenticate, and no other', async () => {
    const clients: Readonly<Record<string, string>> = {
      client_secret_basic: 'e2e-basic',
      client_secret_post: 'e2e-post',
      private_key_jwt: 'e2e-key-es256',
    };
    const methods = (await metadata())['introspection_endpoint_auth_methods_supported'];

    expect(methods).toEqual(Object.keys(clients));
    for (const clientId of Object.values(clients)) {
      const answer = await introspect(clientId, await accessTokenFor(clientId));
      expect(isActive(answer), clientId).toBe(true);
    }
  });

  it('I03 tells no client of the tokens of others', async () => {
    for (const stranger of ['e2e-reader', 'e2e-post', 'e2e-no-scope']) {
      const answer = await introspect(stranger, token);
      expect(answer.status).toBe(200);
      expect(members(answer)).toEqual({ active: false });
    }
  });

  it('I03 tells a resource server nothing of the tokens of another', async () => {
    const answer = await introspect(INTROSPECTOR, await accessTokenFor('operator'));

    expect(members(answer)).toEqual({ active: false });
  });

  it.each([
    'unknown',
    'a.b.c',
    '..',
    'eyJhbGciOiJub25lIn0.e30.',
    'ü'.repeat(1_000),
    'x'.repeat(10_000),
    "'; DROP TABLE client; --",
  ])('I03 says of %s that it is not active, and nothing else', async (nonsense) => {
    const answer = await introspect(INTROSPECTOR, nonsense);

    expect(answer.status, shown(answer)).toBe(200);
    expect(members(answer)).toEqual({ active: false });
  });

  it('I03 says the same of a token that was changed', async () => {
    const [header, , signature] = token.split('.');
    const claims = Buffer.from(JSON.stringify({ ...decodeJwt(token), scope: 'all' }));

    const changed = `${header}.${claims.toString('base64url')}.${signature}`;

    expect(members(await introspect(INTROSPECTOR, changed))).toEqual({ active: false });
  });

  it('I03 says the same of a token that somebody else has signed', async () => {
    const issuer = await TestIssuer.start();
    try {
      const { kid } = decodeProtectedHeader(token);
      const forged = await issuer.key.sign(decodeJwt(token), { kid });

      expect(members(await introspect(INTROSPECTOR, forged))).toEqual({ active: false });
    } finally {
      await issuer.stop();
    }
  });

  it('I05 needs a token, in the body', async () => {
    expectOAuthError(await postAs(INTROSPECTOR, INTROSPECT, {}), 400, 'invalid_request');
    expectOAuthError(await postAs(INTROSPECTOR, INTROSPECT, { token: '' }), 400, 'invalid_request');
    expectOAuthError(
      await postAs(INTROSPECTOR, `${INTROSPECT}?${form({ token })}`, {}),
      400,
      'invalid_request',
    );
    expectOAuthError(
      await postAs(INTROSPECTOR, INTROSPECT, { token: [token, token] }),
      400,
      'invalid_request',
    );
  });

  it('I05 answers no GET', async () => {
    const authorization = basic(await credentialsOf(INTROSPECTOR));

    const answer = await send(`${ENDPOINT}?${form({ token })}`, { headers: { authorization } });

    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
    expect(answer.text).not.toContain('active');
  });

  it('I05 refuses what is no form', async () => {
    const headers = {
      authorization: basic(await credentialsOf(INTROSPECTOR)),
      'content-type': 'application/json',
    };

    const answer = await send(ENDPOINT, {
      method: 'POST',
      headers,
      body: JSON.stringify({ token }),
    });

    expectOAuthError(answer, 400, 'invalid_request');
  });

  it.each(['access_token', 'refresh_token', 'no such type', ''])(
    'I05 is not misled by the hint "%s"',
    async (token_type_hint) => {
      const answer = await postAs(INTROSPECTOR, INTROSPECT, { token, token_type_hint });

      expect(isActive(answer)).toBe(true);
    },
  );

  describe('as a JWT (RFC 9701)', () => {
    const asJwt = { headers: { accept: SIGNED_RESPONSE } };
    const keys = createRemoteJWKSet(new URL(`${system.authServer}/oauth2/jwks`));

    it('I06 is signed for the caller by the published key, with an advertised algorithm', async () => {
      const before = Math.floor(Date.now() / 1_000);

      const answer = await introspect(INTROSPECTOR, token, asJwt);

      expect(answer.status, shown(answer)).toBe(200);
      expect(answer.headers.get('content-type')).toBe(SIGNED_RESPONSE);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      const { payload, protectedHeader } = await jwtVerify(answer.text, keys, {
        typ: 'token-introspection+jwt',
        issuer: system.authServer,
        audience: INTROSPECTOR,
      });
      expect(payload.iat).toBeGreaterThanOrEqual(before - 1);
      expect(Object.keys(payload).sort()).toEqual(['aud', 'iat', 'iss', 'token_introspection']);
      expect(payload['token_introspection']).toEqual({
        active: true,
        token_type: 'Bearer',
        ...decodeJwt(token),
      });
      const { introspection_signing_alg_values_supported: advertised } = await metadata();
      expect(advertised).toContain(protectedHeader.alg);
    });

    it('I06 says no more than that of a token that is not active', async () => {
      const { text } = await introspect('e2e-reader', token, asJwt);

      expect(decodeJwt(text)['token_introspection']).toEqual({ active: false });
    });

    it('I06 cannot be used as an access token', async () => {
      const { text } = await introspect(INTROSPECTOR, token, asJwt);

      const answer = await send(`${system.ordersApi}/orders`, {
        headers: { authorization: `Bearer ${text}` },
      });

      expect(answer.status).toBe(401);
      expect(members(await introspect(INTROSPECTOR, text))).toEqual({ active: false });
    });

    it('I06 is not the form of errors', async () => {
      const answer = await postForm(INTROSPECT, { token }, asJwt);

      expectOAuthError(answer, 401, 'invalid_client');
    });

    it.each(['application/json', '*/*', `${SIGNED_RESPONSE};q=0.1, application/json;q=0.2`])(
      'I06 is not sent to who accepts %s',
      async (accept) => {
        const answer = await introspect(INTROSPECTOR, token, { headers: { accept } });

        expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
        expect(isActive(answer)).toBe(true);
      },
    );
  });

  it('is counted by its result', async () => {
    const count = (result: string) =>
      sumOf(system.authServer, 'oauth_token_introspections_total', { result });
    const before = [await count('active'), await count('inactive'), await count('refused')];

    await introspect(INTROSPECTOR, token);
    await introspect(INTROSPECTOR, 'nonsense');
    await postForm(INTROSPECT, { token });

    const after = [await count('active'), await count('inactive'), await count('refused')];
    expect(after).toEqual(before.map((value) => value + 1));
  });

  describe.runIf(isOurOwn)('of a token whose client changes', () => {
    const change = (assignment: string) =>
      query(own().authDatabaseUrl, `UPDATE client SET ${assignment} WHERE client_id = $1`, [
        'e2e-revoked',
      ]);

    it('I03 says that it is not active once it has expired', async () => {
      await change('access_token_lifetime = 1');
      try {
        const shortLived = await vi.waitFor(async () => {
          const answer = await requestToken('e2e-revoked');
          expect(members(answer)['expires_in']).toBe(1);
          return String(members(answer)['access_token']);
        }, SOON);

        await vi.waitFor(async () => {
          expect(members(await introspect(INTROSPECTOR, shortLived))).toEqual({ active: false });
        }, SOON);
      } finally {
        await change('access_token_lifetime = NULL');
      }
    });

    it('C05 I03 says that it is not active, at once, while its client is disabled', async () => {
      const live = await accessTokenFor('e2e-revoked');

      await change('disabled = true');
      const whileDisabled = await introspect(INTROSPECTOR, live);
      await change('disabled = false');

      expect(members(whileDisabled)).toEqual({ active: false });
      expect(isActive(await introspect(INTROSPECTOR, live))).toBe(true);
    });

    it('C05 no new token is issued, within a second, while its client is disabled', async () => {
      await change('disabled = true');
      try {
        await vi.waitFor(
          async () => expectOAuthError(await requestToken('e2e-revoked'), 401, 'invalid_client'),
          { timeout: 1_000, interval: 20 },
        );
      } finally {
        await change('disabled = false');
      }
      await vi.waitFor(async () => {
        expect((await requestToken('e2e-revoked')).status).toBe(200);
      }, SOON);
    });
  });

  describe.runIf(runsAsProcesses)('at another replica', () => {
    let other: RunningApp;

    beforeAll(async () => {
      other = await startSecondAuthServer();
    });

    afterAll(() => other.process.stop());

    it('I02 I06 is the same', async () => {
      const here = await introspect(INTROSPECTOR, token);
      const there = await introspect(INTROSPECTOR, token, { at: other.url });

      expect(members(there)).toEqual(members(here));
      expect(isActive(there)).toBe(true);
    });
  });
});
