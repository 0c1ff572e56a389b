import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TestDatabase } from '@m2m/testing';
import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import { assertionClaims, signAssertion, withAssertion } from './support/client-assertions.js';
import { privateKeyOf } from './support/credentials.js';
import { databaseFor } from './support/databases.js';
import { members, send, type Answer } from './support/http.js';
import { basic, credentialsOf, form, GRANT, postToken, requestToken } from './support/oauth.js';
import { freePort, startApp, type RunningApp } from './support/processes.js';
import { runsAsProcesses, system } from './support/system.js';

const WELL_KNOWN = '/.well-known/oauth-authorization-server';
const metadata = async () => members(await send(system.authServer + WELL_KNOWN));
const list = (value: unknown) => value as readonly string[];

/** How a client of each method gets a token; a method without one here cannot be advertised. */
const ATTEMPTS: Readonly<Record<string, () => Promise<Answer>>> = {
  client_secret_basic: () => requestToken('e2e-basic'),
  client_secret_post: () => requestToken('e2e-post'),
  private_key_jwt: () => requestToken('e2e-key-es256'),
};

/** Which client has a key for each algorithm that assertions may be signed by. */
const SIGNERS: Readonly<Record<string, string>> = {
  ES256: 'e2e-key-es256',
  PS256: 'e2e-key-ps256',
  EdDSA: 'e2e-key-eddsa',
  Ed25519: 'e2e-key-eddsa',
};

describe('authorization server metadata', () => {
  it('M01 is there for everybody, as JSON that may be cached', async () => {
    const answer = await send(system.authServer + WELL_KNOWN);

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json\b/);
    expect(answer.headers.get('cache-control')).toMatch(/max-age=\d+/);
  });

  it('M02 names the issuer as it is configured, without query and fragment', async () => {
    const { issuer } = await metadata();

    expect(issuer).toBe(system.authServer);
    const { protocol, hostname, search, hash } = new URL(String(issuer));
    expect([search, hash]).toEqual(['', '']);
    expect(protocol === 'https:' || hostname === 'localhost').toBe(true);
  });

  it('M03 names endpoints on the public origin that answer', async () => {
    const { token_endpoint, jwks_uri } = await metadata();

    expect(new URL(String(token_endpoint)).origin).toBe(system.authServer);
    expect(new URL(String(jwks_uri)).origin).toBe(system.authServer);
    expect((await send(String(jwks_uri))).status).toBe(200);
    const answer = await send(String(token_endpoint), {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: basic(await credentialsOf('e2e-basic')),
      },
      body: form({ ...GRANT, scope: 'orders:read' }),
    });
    expect(answer.status).toBe(200);
  });

  it('M04 lists the grant, and no grant that does not work', async () => {
    const grants = list((await metadata())['grant_types_supported']);

    expect(grants).toContain('client_credentials');
    for (const grant_type of grants) {
      const answer = await requestToken('e2e-basic', { grant_type });
      expect(members(answer)['error']).not.toBe('unsupported_grant_type');
    }
  });

  it('M05 lists authentication methods that work', async () => {
    const methods = list((await metadata())['token_endpoint_auth_methods_supported']);

    expect(methods).toContain('client_secret_basic');
    expect(methods).toContain('client_secret_post');
    expect(methods).toContain('private_key_jwt');
    for (const method of methods) {
      const attempt = ATTEMPTS[method];
      expect(attempt, `no test knows the advertised method ${method}`).toBeDefined();
      expect((await attempt?.())?.status, method).toBe(200);
    }
  });

  it('M05 leaves out "none", which does not work', async () => {
    const methods = list((await metadata())['token_endpoint_auth_methods_supported']);

    expect(methods).not.toContain('none');
    expect((await postToken({ ...GRANT, client_id: 'e2e-basic' })).status).toBe(401);
  });

  it.each(['token', 'introspection', 'revocation'])(
    'M05 leaves out for the %s endpoint what does not work there',
    async (endpoint) => {
      const document = await metadata();
      const methods = list(document[`${endpoint}_endpoint_auth_methods_supported`]);
      const url = String(document[`${endpoint}_endpoint`]);
      const { client_id, client_secret } = await credentialsOf('e2e-post');
      const key = new TextEncoder().encode(client_secret);
      const claims = assertionClaims(client_id);
      const byMac = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(key);
      const unlisted = {
        none: { client_id },
        client_secret_jwt: withAssertion(byMac),
        tls_client_auth: { client_id, client_certificate: 'any' },
      };

      for (const [method, credentials] of Object.entries(unlisted)) {
        expect(methods).not.toContain(method);
        const answer = await send(url, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: form({ ...GRANT, token: 'any', ...credentials }),
        });
        expect(answer.status, method).toBe(401);
        expect(members(answer)['error'], method).toBe('invalid_client');
      }
    },
  );

  it('M06 lists algorithms of assertions that work, none of them without a key of its own', async () => {
    const algorithms = list((await metadata())['token_endpoint_auth_signing_alg_values_supported']);

    expect(algorithms).toEqual(expect.arrayContaining(['ES256', 'PS256', 'EdDSA']));
    for (const alg of algorithms) {
      expect(alg).not.toMatch(/^(none|HS)/i);
      const clientId = SIGNERS[alg];
      if (clientId === undefined) throw new Error(`no test knows the advertised algorithm ${alg}`);
      const key = await privateKeyOf(clientId);
      const assertion = await signAssertion(key, assertionClaims(clientId), { alg });
      const answer = await postToken({ ...GRANT, ...withAssertion(assertion) });
      expect(answer.status, alg).toBe(200);
    }
  });

  it('M08 advertises nothing that is not there', async () => {
    const document = await metadata();

    expect(document).not.toHaveProperty('authorization_endpoint');
    expect(document['response_types_supported']).toEqual([]);
    for (const [name, value] of Object.entries(document)) {
      if (name !== 'response_types_supported') expect(value, name).not.toEqual([]);
      if (!name.endsWith('_endpoint') && !name.endsWith('_uri')) continue;
      expect((await send(String(value), { method: 'POST' })).status, name).not.toBe(404);
    }
  });

  describe.runIf(runsAsProcesses)('of an issuer with a path', () => {
    let database: TestDatabase;
    let app: RunningApp;
    let issuer: string;

    beforeAll(async () => {
      database = await databaseFor('auth-server');
      const port = await freePort();
      issuer = `http://localhost:${port}/tenant/one`;
      const environment = {
        AUTH_DATABASE_URL: database.url,
        AUTH_KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
        OAUTH_ISSUER: issuer,
      };
      app = await startApp('auth-server', environment, { port });
    });

    afterAll(async () => {
      await app.process.stop();
      await database.drop();
    });

    it('M01 M02 M03 stands between host and path, and names addresses under the path', async () => {
      const answer = await send(`${app.url}${WELL_KNOWN}/tenant/one`);
      const document = members(answer);

      expect(answer.status).toBe(200);
      expect(document).toMatchObject({ issuer, token_endpoint: `${issuer}/oauth2/token` });
      expect((await send(String(document['jwks_uri']))).status).toBe(200);
      for (const name of ['token_endpoint', 'introspection_endpoint', 'revocation_endpoint']) {
        expect(String(document[name])).toMatch(`${issuer}/oauth2/`);
        expect((await send(String(document[name]), { method: 'POST' })).status, name).toBe(400);
      }
      expect((await send(`${app.url}${WELL_KNOWN}`)).status).toBe(404);
    });
  });
});
