import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { aNumber, aString } from './support/matchers.js';
import { accessTokenFor } from './support/oauth.js';
import { callOrders } from './support/orders.js';
import { system } from './support/system.js';

/** As SECURITY.md and .env.example have it. */
const LONGEST_LIFETIME_SECONDS = 600;

describe('access token', () => {
  it('J01 J02 J03 J04 J05 J06 J07 has the header and the claims of RFC 9068', async () => {
    const before = Math.floor(Date.now() / 1_000);
    const token = await accessTokenFor('e2e-basic', { scope: 'orders:read orders:write' });
    const claims = decodeJwt(token);

    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: aString,
    });
    expect(claims).toEqual({
      iss: system.authServer,
      aud: system.ordersApi,
      sub: 'e2e-basic',
      client_id: 'e2e-basic',
      iat: aNumber,
      exp: aNumber,
      jti: aString,
      scope: 'orders:read orders:write',
    });
    expect(claims.iat).toBeGreaterThanOrEqual(before - 1);
    expect(claims.iat).toBeLessThanOrEqual(Date.now() / 1_000 + 1);
    const lifetime = (claims.exp ?? 0) - (claims.iat ?? 0);
    expect(lifetime).toBe(300);
    expect(lifetime).toBeLessThanOrEqual(LONGEST_LIFETIME_SECONDS);
  });

  it('J09 verifies with the published keys', async () => {
    const token = await accessTokenFor('e2e-basic');
    const keys = createRemoteJWKSet(new URL(`${system.authServer}/oauth2/jwks`));

    const { payload } = await jwtVerify(token, keys, {
      issuer: system.authServer,
      audience: system.ordersApi,
      typ: 'at+jwt',
      algorithms: ['ES256'],
    });

    expect(payload.sub).toBe('e2e-basic');
  });

  it('J08 has an identifier of its own that cannot be guessed', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => accessTokenFor('e2e-basic')));
    const identifiers = tokens.map((token) => decodeJwt(token).jti ?? '');

    expect(new Set(identifiers).size).toBe(20);
    // 128 bits are 22 characters of base64url.
    for (const identifier of identifiers) expect(identifier.length).toBeGreaterThanOrEqual(22);
  });

  it('J04 names a client whose identifier needs encoding as it is', async () => {
    const clientId = 'e2e-odd:id%+ é';
    const token = await accessTokenFor(clientId);

    expect(decodeJwt(token)).toMatchObject({ sub: clientId, client_id: clientId });
    expect((await callOrders('/orders?limit=1', { token })).status).toBe(200);
  });
});
