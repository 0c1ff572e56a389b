import { generateSigningKey, jsonWebKeySet } from '@m2m/token-issuance';
import { TestClock } from '@m2m/testing';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { IntrospectionResponseSigner } from './introspection-response.signer.js';

const ISSUER = 'https://auth.example';

it('I06 a signed introspection response says who it is from, for whom it is, when and what', async () => {
  const clock = new TestClock();
  const current = await generateSigningKey('ES256');
  const signer = new IntrospectionResponseSigner(ISSUER, { current }, clock.now);

  const jwt = signer.sign({ clientId: 'orders' }, { active: false });

  const keys = createLocalJWKSet({ keys: [...jsonWebKeySet([current]).keys] });
  const { payload, protectedHeader } = await jwtVerify(jwt, keys);
  expect(protectedHeader).toEqual({
    typ: 'token-introspection+jwt',
    alg: 'ES256',
    kid: current.kid,
  });
  // RFC 9701 5: no sub and no exp, so that nothing takes it for an access token.
  expect(payload).toEqual({
    iss: ISSUER,
    aud: 'orders',
    iat: clock.now() / 1_000,
    token_introspection: { active: false },
  });
});
