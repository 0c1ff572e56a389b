import { createPublicKey } from 'node:crypto';
import { decodeProtectedHeader, type JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { members, send } from './support/http.js';
import { accessTokenFor } from './support/oauth.js';
import { system } from './support/system.js';

const jwks = () => send(`${system.authServer}/oauth2/jwks`);
const keys = async () => members(await jwks())['keys'] as readonly JWK[];

describe('signing keys', () => {
  it('K01 are published as a JWK Set that may be cached', async () => {
    const answer = await jwks();

    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^application\/(jwk-set\+)?json\b/);
    expect(answer.headers.get('cache-control')).toMatch(/max-age=[1-9]\d*/);
  });

  it('K01 each have a type, an algorithm, a use and an identifier of their own', async () => {
    const published = await keys();

    expect(published.length).toBeGreaterThan(0);
    for (const key of published) {
      expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
      expect(key.kid).toMatch(/\S/);
    }
    expect(new Set(published.map(({ kid }) => kid)).size).toBe(published.length);
  });

  it('K01 hold the one that signs', async () => {
    const { kid } = decodeProtectedHeader(await accessTokenFor('e2e-basic'));

    expect((await keys()).map((key) => key.kid)).toContain(kid);
  });

  it('K02 show no private or symmetric part', async () => {
    const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

    for (const key of await keys()) {
      expect(key.kty).not.toBe('oct');
      expect(Object.keys(key).filter((name) => privateMembers.includes(name))).toEqual([]);
    }
  });

  it('K03 are strong enough', async () => {
    for (const key of await keys()) {
      const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({
        key: key,
        format: 'jwk',
      });
      if (asymmetricKeyType === 'rsa') {
        expect(asymmetricKeyDetails?.modulusLength).toBeGreaterThanOrEqual(3_072);
      } else if (asymmetricKeyType === 'ec') {
        expect(asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
      } else {
        expect(asymmetricKeyType).toBe('ed25519');
      }
    }
  });
});
