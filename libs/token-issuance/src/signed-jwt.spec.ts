import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { signIntrospectionResponse } from './introspection-response.js';
import { jsonWebKeySet } from './json-web-key-set.js';
import { signJwt } from './signed-jwt.js';
import { generateSigningKey, signingAlgorithms, type SigningKey } from './signing-key.js';

const claims = { iss: 'https://auth.example', name: 'Zoë "Ω"', iat: 1_900_000_000 };

describe.each(signingAlgorithms)('a JWT signed by %s', (alg) => {
  it('is verified by the published key, and holds what was given and nothing else', async () => {
    const key = await generateSigningKey(alg);

    const { jwt, header } = signJwt('some+jwt', claims, key);

    const { payload, protectedHeader } = await jwtVerify(jwt, keySetOf(key), {
      algorithms: [alg],
      typ: 'some+jwt',
    });
    expect(payload).toEqual(claims);
    expect(protectedHeader).toEqual({ alg, typ: 'some+jwt', kid: key.kid });
    expect(header).toEqual(protectedHeader);
  });

  it('is not verified once a claim is another', async () => {
    const key = await generateSigningKey(alg);
    const { jwt } = signJwt('some+jwt', claims, key);
    const [header, , signature] = jwt.split('.');
    const other = Buffer.from(JSON.stringify({ ...claims, name: 'other' })).toString('base64url');

    await expect(jwtVerify(`${header}.${other}.${signature}`, keySetOf(key))).rejects.toThrow(
      'signature verification failed',
    );
  });
});

describe('a signed introspection response', () => {
  it('I06 says what it is in its header, and holds the response in a claim of its own', async () => {
    const key = await generateSigningKey('ES256');
    const response = {
      iss: 'https://auth.example',
      aud: 'https://orders.example',
      iat: 1_900_000_000,
      token_introspection: { active: false },
    };

    const jwt = signIntrospectionResponse(response, key);

    expect(decodeProtectedHeader(jwt)).toEqual({
      alg: 'ES256',
      typ: 'token-introspection+jwt',
      kid: key.kid,
    });
    expect(decodeJwt(jwt)).toEqual(response);
  });
});

function keySetOf(key: SigningKey) {
  return createLocalJWKSet({ keys: [...jsonWebKeySet([key]).keys] });
}
