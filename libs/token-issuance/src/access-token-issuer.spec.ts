import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { AccessTokenIssuer, type Grant } from './access-token-issuer.js';
import { jsonWebKeySet } from './json-web-key-set.js';
import { generateSigningKey, type SigningKey } from './signing-key.js';

const ISSUER = 'https://auth.example';
const NOW = Date.UTC(2030, 0, 1, 12, 0, 0, 900);
const grant: Grant = {
  clientId: 'billing-worker',
  resource: 'https://orders.example',
  scopes: ['orders:read', 'orders:bill'],
  lifetime: 300,
};

describe('an issued access token', () => {
  const issuer = new AccessTokenIssuer(ISSUER, () => NOW);
  let key: SigningKey;

  beforeAll(async () => {
    key = await generateSigningKey('ES256');
  });

  it('J01 says what it is in its header', () => {
    const { accessToken } = issuer.issue(grant, key);

    expect(decodeProtectedHeader(accessToken)).toEqual({
      alg: 'ES256',
      typ: 'at+jwt',
      kid: key.kid,
    });
  });

  it('J02 J05 J06 J09 has the claims of RFC 9068 and the signature of its key', async () => {
    const { accessToken, claims } = issuer.issue(grant, key);

    const { payload } = await jwtVerify(
      accessToken,
      createLocalJWKSet({ keys: [...jsonWebKeySet([key]).keys] }),
      { currentDate: new Date(NOW) },
    );

    const iat = Math.floor(NOW / 1_000);
    expect(payload).toEqual({
      iss: ISSUER,
      aud: 'https://orders.example',
      sub: 'billing-worker',
      client_id: 'billing-worker',
      iat,
      exp: iat + 300,
      jti: expect.stringMatching(/^[\w-]{32}$/) as string,
      scope: 'orders:read orders:bill',
    });
    expect(claims).toEqual(payload);
  });

  it.each([
    ['in the future', 1, 1],
    ['in the past', -1, 0],
  ])(
    "is dated no earlier than its client's tokens are good from, if that is %s",
    (_when, from, iat) => {
      const now = Math.floor(NOW / 1_000);

      const { claims } = issuer.issue({ ...grant, issuedNotBefore: now + from }, key);

      expect(claims).toMatchObject({ iat: now + iat, exp: now + iat + 300 });
    },
  );

  it('J08 has an identifier of its own with 192 random bits', () => {
    const ids = Array.from({ length: 10_000 }, () => issuer.issue(grant, key).claims.jti);

    expect(new Set(ids).size).toBe(10_000);
    expect(ids.every((id) => Buffer.from(id, 'base64url').length === 24)).toBe(true);
    expect(Math.min(...ids.map(estimatedEntropy))).toBeGreaterThan(96);
  });

  /** Bits, as the OpenID conformance suite estimates them: those of a character, by its frequency, times the length. */
  function estimatedEntropy(text: string): number {
    const characters = Array.from(text);
    const perCharacter = [...new Set(characters)].map((character) => {
      const frequency = characters.filter((other) => other === character).length / text.length;
      return -frequency * Math.log2(frequency);
    });
    return text.length * perCharacter.reduce((sum, bits) => sum + bits, 0);
  }
});
