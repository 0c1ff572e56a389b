import { TestHttpServer, TestSigningKey } from '@m2m/testing';
import { createHmac, createPublicKey } from 'node:crypto';
import type { JWK, JWTHeaderParameters, JWTPayload } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ASSERTION_TYPE,
  assertionClaims,
  signAssertion,
  withAssertion,
} from './support/client-assertions.js';
import { privateKeyOf } from './support/credentials.js';
import { members, shown, type Answer } from './support/http.js';
import {
  basic,
  credentialsOf,
  expectOAuthError,
  GRANT,
  postToken,
  requestToken,
  TOKEN_ENDPOINT,
  type Parameters,
} from './support/oauth.js';
import { system } from './support/system.js';

const CLIENT = 'e2e-key-es256';
const OTHER = 'e2e-key-eddsa';

const KEYS = [
  ['ES256', 'e2e-key-es256'],
  ['PS256', 'e2e-key-ps256'],
  ['EdDSA', 'e2e-key-eddsa'],
  ['Ed25519', 'e2e-key-eddsa'],
] as const;

describe('private_key_jwt', () => {
  let key: JWK;

  beforeAll(async () => {
    key = await privateKeyOf(CLIENT);
  });

  it.each(KEYS)('P01 takes an assertion that is signed by %s', async (alg, clientId) => {
    const privateKey = await privateKeyOf(clientId);
    const claims = assertionClaims(clientId);

    const answer = await post(await signAssertion(privateKey, claims, { alg }));

    expect(answer.status, shown(answer)).toBe(200);
    expect(members(answer)).toMatchObject({ token_type: 'Bearer' });
  });

  it.each(['JWT', 'client-authentication+jwt', undefined])('P01 takes typ %s', async (typ) => {
    expect((await assert({}, { typ })).status).toBe(200);
  });

  it('P01 opens the API with the token it gets', async () => {
    const token = String(members(await requestToken(CLIENT))['access_token']);

    const response = await fetch(`${system.ordersApi}/orders?limit=1`, {
      headers: { authorization: `Bearer ${token}` },
    });

    expect(response.status).toBe(200);
    await response.body?.cancel();
  });

  it('P02 refuses a missing assertion and a wrong type of it', async () => {
    const good = await signAssertion(key, assertionClaims(CLIENT));
    const requests: Parameters[] = [
      { client_assertion_type: ASSERTION_TYPE },
      { client_assertion_type: ASSERTION_TYPE, client_assertion: '' },
      { client_assertion: good },
      { client_assertion: good, client_assertion_type: 'jwt-bearer' },
      {
        client_assertion: good,
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
      },
    ];
    for (const parameters of requests) {
      const answer = await postToken({ ...GRANT, ...parameters });
      expectOAuthError(answer, 400, 'invalid_request');
    }
  });

  it.each([
    'x',
    'a.b.c',
    'e30.e30.',
    'e30.e30.e30',
    '..',
    'a.b.c.d.e',
    `${'A'.repeat(30_000)}.e30.`,
  ])('P02 refuses what is no assertion: %s', async (assertion) => {
    expectOAuthError(await post(assertion), 401, 'invalid_client');
  });

  it('P03 refuses a signature that is wrong, missing, or by another key', async () => {
    const good = await signAssertion(key, assertionClaims(CLIENT));
    const [header = '', claims = '', signature = ''] = good.split('.');
    const stranger = await TestSigningKey.generate(key.kid, 'ES256');
    const others = await privateKeyOf(OTHER);

    const refused = [
      `${header}.${claims}.${signature.slice(0, -4)}AAAA`,
      `${header}.${claims}.`,
      `${header}.${encode({ ...assertionClaims(CLIENT), exp: 9_999_999_999 })}.${signature}`,
      await stranger.sign(assertionClaims(CLIENT), { typ: 'JWT' }),
      await signAssertion(others, assertionClaims(CLIENT)),
      await signAssertion(others, assertionClaims(CLIENT), { kid: key.kid }),
      await signAssertion(key, assertionClaims(CLIENT), { kid: 'of-nobody' }),
    ];

    for (const assertion of refused) await expectRefused(assertion);
    expect((await post(good)).status).toBe(200);
  });

  it.each<[string, JWTPayload]>([
    ['no iss', { iss: undefined }],
    ['no sub', { sub: undefined }],
    ['neither', { iss: undefined, sub: undefined }],
    ['another iss than sub', { iss: OTHER }],
    ['another sub than iss', { sub: OTHER }],
    ['a sub that nobody has', { iss: 'nobody', sub: 'nobody' }],
    ['a sub that no database takes', { iss: 'a\0', sub: 'a\0' }],
  ])('P04 refuses %s', async (_kind, claims) => {
    expectOAuthError(await assert(claims), 401, 'invalid_client');
  });

  it.each<[string, () => JWTPayload]>([
    ['no exp', () => ({ exp: undefined })],
    ['an exp that is over', () => ({ exp: seconds() - 1 })],
    ['an exp five minutes ago', () => ({ exp: seconds() - 300, iat: seconds() - 360 })],
    ['an exp that is text', () => ({ exp: String(seconds() + 60) as unknown as number })],
  ])('P05 refuses %s', async (_kind, claims) => {
    expectOAuthError(await assert(claims()), 401, 'invalid_client');
  });

  it.each<[string, JWTPayload['aud']]>([
    ['P06 refuses no aud', undefined],
    ['P06 refuses a foreign aud', 'https://issuer.example'],
    ['P07 refuses the token endpoint as aud', TOKEN_ENDPOINT],
    ['P07 refuses the issuer with a slash as aud', `${system.authServer}/`],
    ['P07 refuses the issuer among others as aud', [system.authServer, 'https://issuer.example']],
    ['P07 refuses the issuer and its endpoint as aud', [system.authServer, TOKEN_ENDPOINT]],
  ])('%s', async (_kind, aud) => {
    expectOAuthError(await assert({ aud }), 401, 'invalid_client');
  });

  it.each(['iat', 'nbf'] as const)('P08 takes a little haste in %s, and no more', async (claim) => {
    const hasty = await assert({ [claim]: seconds() + 10, exp: seconds() + 70 });
    const early = await assert({ [claim]: seconds() + 65, exp: seconds() + 120 });

    expect(hasty.status, shown(hasty)).toBe(200);
    expectOAuthError(early, 401, 'invalid_client');
  });

  it('P09 refuses alg none, RS256, and HS256 that is keyed with the public key', async () => {
    const claims = () => encode(assertionClaims(CLIENT));
    const rsa = await privateKeyOf('e2e-key-ps256');
    const refused = ['none', 'None', 'NONE'].map((alg) => `${encode({ alg })}.${claims()}.`);
    for (const secret of formsOf(key)) {
      const input = `${encode({ alg: 'HS256', kid: key.kid })}.${claims()}`;
      refused.push(`${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`);
    }
    const rs256 = { ...rsa, alg: 'RS256' };
    refused.push(await signAssertion(rs256, assertionClaims('e2e-key-ps256')));

    for (const assertion of refused) await expectRefused(assertion);
  });

  it('P10 refuses an assertion the second time, and none without a jti', async () => {
    const assertion = await signAssertion(key, assertionClaims(CLIENT));

    expect((await post(assertion)).status).toBe(200);

    await expectRefused(assertion);
    expectOAuthError(await assert({ jti: undefined }), 401, 'invalid_client');
    expectOAuthError(await assert({ jti: '' }), 401, 'invalid_client');
  });

  it('P10 takes one of many attempts at once', async () => {
    const assertion = await signAssertion(key, assertionClaims(CLIENT));

    const answers = await Promise.all(Array.from({ length: 10 }, () => post(assertion)));

    expect(answers.map(({ status }) => status).sort()).toEqual([
      200,
      ...Array<number>(9).fill(401),
    ]);
  });

  it('P11 takes a lifetime of five minutes, and refuses one of an hour or more', async () => {
    expect((await assert({ exp: seconds() + 300 })).status).toBe(200);

    for (const exp of [seconds() + 3_600, seconds() + 86_400, 9_999_999_999]) {
      expectOAuthError(await assert({ exp }), 401, 'invalid_client');
    }
  });

  it('P13 trusts no key that an assertion brings along, and asks nobody for one', async () => {
    const stranger = await TestSigningKey.generate('stranger', 'ES256');
    const canary = await TestHttpServer.start(() => ({ body: { keys: [stranger.publicJwk] } }));
    try {
      for (const header of [
        { jwk: stranger.publicJwk },
        { jku: `${canary.url}/jwks` },
        { x5u: `${canary.url}/x5u` },
        { jku: `${canary.url}/jwks`, jwk: stranger.publicJwk, kid: key.kid },
      ]) {
        await expectRefused(
          await stranger.sign(assertionClaims(CLIENT), { typ: 'JWT', ...header }),
        );
      }
      expect(canary.requests).toEqual([]);
    } finally {
      await canary.stop();
    }
  });

  it('P13 understands no extension that must be understood', async () => {
    const answer = await assert({}, { crit: ['b64'], b64: true });

    expectOAuthError(answer, 401, 'invalid_client');
  });

  it.each(['at+jwt', 'dpop+jwt', ''])('refuses a JWT of type "%s"', async (typ) => {
    expectOAuthError(await assert({}, { typ }), 401, 'invalid_client');
  });

  it('A07 refuses an assertion beside a secret', async () => {
    const assertion = withAssertion(await signAssertion(key, assertionClaims(CLIENT)));
    const authorization = basic(await credentialsOf('e2e-basic'));

    const besideHeader = await postToken({ ...GRANT, ...assertion }, { authorization });
    const besideSecret = await postToken({ ...GRANT, ...assertion, client_secret: 'any' });

    expectOAuthError(besideHeader, 400, 'invalid_request');
    expectOAuthError(besideSecret, 400, 'invalid_request');
  });

  it('A08 takes a client_id beside the assertion, unless it names another client', async () => {
    const good = await signAssertion(key, assertionClaims(CLIENT));

    expectOAuthError(await post(good, { client_id: OTHER }), 400, 'invalid_request');
    expect((await post(good, { client_id: CLIENT })).status).toBe(200);
  });

  it('A09 takes no secret from a client that has a key, and no key from one that has a secret', async () => {
    const asSecretClient = await signAssertion(key, assertionClaims('e2e-basic'));
    const jwt = await signAssertion(key, assertionClaims(CLIENT));
    const tries = [
      await postToken(GRANT, { authorization: basic({ client_id: CLIENT, client_secret: 'any' }) }),
      await postToken({ ...GRANT, client_id: CLIENT, client_secret: 'any' }),
      await postToken({ ...GRANT, client_id: CLIENT, client_secret: jwt }),
      await post(asSecretClient),
    ];

    for (const answer of tries) expectOAuthError(answer, 401, 'invalid_client');
  });

  it('A05 answers every reason for a refusal alike', async () => {
    const wrongSecret = await postToken(GRANT, {
      authorization: basic({ client_id: 'e2e-basic', client_secret: 'wrong' }),
    });
    const stranger = await TestSigningKey.generate(key.kid, 'ES256');
    const replayed = await signAssertion(key, assertionClaims(CLIENT));
    await post(replayed);

    const refusals = [
      await post(await stranger.sign(assertionClaims(CLIENT), { typ: 'JWT' })),
      await post(await stranger.sign(assertionClaims('nobody'), { typ: 'JWT' })),
      await assert({ aud: 'https://issuer.example' }),
      await post(replayed),
      await post('x'),
    ];

    for (const refusal of refusals) expect(visible(refusal)).toEqual(visible(wrongSecret));
  });

  it('A10 gives no token to a client with a key that names itself only', async () => {
    expectOAuthError(await postToken({ ...GRANT, client_id: CLIENT }), 401, 'invalid_client');
  });

  const assert = async (claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}) =>
    post(await signAssertion(key, assertionClaims(CLIENT, claims), header));
});

const seconds = () => Math.floor(Date.now() / 1_000);

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function post(
  assertion: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return postToken({ ...GRANT, ...parameters, ...withAssertion(assertion) });
}

async function expectRefused(assertion: string): Promise<void> {
  expectOAuthError(await post(assertion), 401, 'invalid_client');
}

/** A public key in each form it is handed around in. */
function formsOf({ kty, crv, x, y }: JWK): (string | Buffer)[] {
  const publicKey = createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' });
  const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
  const der = publicKey.export({ format: 'der', type: 'spki' });
  return [pem, pem.trimEnd(), der, JSON.stringify({ kty, crv, x, y })];
}

/** What a caller can tell two answers apart by. */
function visible({ status, headers, text }: Answer) {
  const rest = [...headers].filter(([name]) => name !== 'date' && name !== 'x-request-id');
  return { status, text, headers: Object.fromEntries(rest) };
}
