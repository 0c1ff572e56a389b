import { TestIssuer } from '@m2m/testing';
import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectInvalidToken } from './support/challenges.js';
import { databaseFor } from './support/databases.js';
import { GuardedApi } from './support/guarded-api.js';
import { shown } from './support/http.js';
import { freePort, runToEnd } from './support/processes.js';
import { runsAsProcesses, system } from './support/system.js';

interface Vendor {
  readonly name: string;
  /** Its `OAUTH_COMPATIBILITY`, as in docs/issuers.md. */
  readonly compatibility: string;
  readonly header: Partial<JWTHeaderParameters>;
  /** What the claims of its tokens differ in from RFC 9068. */
  readonly claims: (audience: string) => JWTPayload;
}

const VENDORS: readonly Vendor[] = [
  {
    name: 'Keycloak without its at+jwt switch',
    compatibility: 'typ_jwt',
    header: { typ: 'JWT' },
    claims: () => ({ typ: 'Bearer', azp: 'test-client', scope: 'orders:read' }),
  },
  {
    name: 'Entra ID, v2.0',
    compatibility: 'typ_jwt, client_id_in_azp, scopes_in_roles, token_without_jti',
    header: { typ: 'JWT' },
    claims: () => ({
      azp: 'test-client',
      client_id: undefined,
      roles: ['orders:read'],
      scope: undefined,
      uti: 'unique',
      jti: undefined,
      ver: '2.0',
    }),
  },
  {
    name: 'Auth0 with its own profile',
    compatibility: 'typ_jwt client_id_in_azp token_without_jti',
    header: { typ: 'JWT' },
    claims: () => ({
      azp: 'test-client',
      client_id: undefined,
      jti: undefined,
      scope: 'orders:read',
      gty: 'client-credentials',
    }),
  },
  {
    name: 'Okta',
    compatibility: 'typ_jwt,client_id_in_cid,scopes_in_scp',
    header: { typ: undefined },
    claims: () => ({
      cid: 'test-client',
      client_id: undefined,
      scp: ['orders:read'],
      scope: undefined,
      ver: 1,
    }),
  },
  {
    name: 'Cognito',
    compatibility: 'typ_jwt,audience_in_scopes',
    header: { typ: undefined },
    claims: (audience) => ({
      aud: undefined,
      token_use: 'access',
      scope: `${audience}/orders:read`,
      version: 2,
    }),
  },
];

describe.runIf(runsAsProcesses)('orders-api with the tokens of other vendors', () => {
  let issuer: TestIssuer;
  let strict: GuardedApi;

  beforeAll(async () => {
    issuer = await TestIssuer.start();
    strict = await GuardedApi.start(issuer);
  });

  afterAll(async () => {
    await strict.stop();
    await issuer.stop();
  });

  it.each(VENDORS)(
    '$name: takes them where $compatibility is configured, and nowhere else',
    async ({ compatibility, header, claims }) => {
      const lenient = await GuardedApi.start(issuer, { OAUTH_COMPATIBILITY: compatibility });
      try {
        const accepted = await lenient.list(await lenient.token(claims(lenient.url), header));

        expect(accepted.status, shown(accepted)).toBe(200);
        expectInvalidToken(await strict.list(await strict.token(claims(strict.url), header)));
        expectInvalidToken(await lenient.list(await lenient.token({ nonce: 'n' }, header)));
      } finally {
        await lenient.stop();
      }
    },
  );

  it('does not start with a name it does not know, and says which one', async () => {
    const database = await databaseFor('orders-api');
    const { code, output } = await runToEnd('orders-api', 'main.js', {
      ORDERS_API_PORT: String(await freePort()),
      ORDERS_DATABASE_URL: database.url,
      ORDERS_API_URL: system.ordersApi,
      OAUTH_ISSUER: system.authServer,
      OAUTH_COMPATIBILITY: 'typ_jwt,hunter2',
    });
    await database.drop();

    expect(code).toBe(1);
    expect(output).toContain('OAUTH_COMPATIBILITY: name 2 of the list is none of typ_jwt,');
    expect(output).not.toContain('hunter2');
  });
});
