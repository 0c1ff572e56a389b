import { TestHttpServer, TestIssuer, TestSigningKey } from '@m2m/testing';
import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { expectInvalidToken } from './support/challenges.js';
import {
  goodClaims,
  keyedWithPublicKey,
  signAnything,
  unsigned,
  withChangedPayload,
} from './support/forged-tokens.js';
import { GuardedApi } from './support/guarded-api.js';
import { shown, type Answer } from './support/http.js';
import { runsAsProcesses } from './support/system.js';

const now = () => Math.floor(Date.now() / 1_000);

function expectAccepted(answer: Answer): void {
  expect(answer.status, shown(answer)).toBe(200);
}

describe.runIf(runsAsProcesses)('resource server with tokens of every kind', () => {
  let issuer: TestIssuer;
  let api: GuardedApi;
  let canary: TestHttpServer;

  beforeAll(async () => {
    issuer = await TestIssuer.start();
    canary = await TestHttpServer.start(() => ({ body: { keys: [] } }));
    api = await GuardedApi.start(issuer);
  });

  afterAll(async () => {
    await api.stop();
    await canary.stop();
    await issuer.stop();
  });

  const listWith = async (claims: JWTPayload, header: Partial<JWTHeaderParameters> = {}) =>
    api.list(await api.token(claims, header));

  const claims = (changes: JWTPayload = {}) => ({ ...goodClaims(issuer.url, api.url), ...changes });

  it('R01 accepts a good token of an issuer it knows by configuration alone', async () => {
    expectAccepted(await listWith({}));
  });

  it('R04 refuses a token that expired longer ago than clocks may differ', async () => {
    for (const age of [12, 60, 3_600]) {
      expectInvalidToken(await listWith({ iat: now() - age - 300, exp: now() - age }));
    }
    expectInvalidToken(await listWith({ exp: 0 }));
  });

  it('R04 accepts a token that expired within the clock tolerance of 10 s', async () => {
    expectAccepted(await listWith({ iat: now() - 300, exp: now() - 3 }));
  });

  it('R04 stops accepting a token that it has accepted before', async () => {
    const token = await api.token({ iat: now() - 300, exp: now() - 7 });
    expectAccepted(await api.list(token));

    await vi.waitFor(async () => expectInvalidToken(await api.list(token)), {
      timeout: 10_000,
      interval: 200,
    });
  });

  it('R05 refuses a token from the future', async () => {
    for (const ahead of [30, 3_600]) {
      expectInvalidToken(await listWith({ nbf: now() + ahead }));
      expectInvalidToken(await listWith({ iat: now() + ahead, exp: now() + ahead + 300 }));
    }
    expectAccepted(await listWith({ nbf: now() + 3 }));
  });

  it('R06 refuses a changed payload and a changed or missing signature', async () => {
    const token = await api.token();
    const [header = '', payload = '', signature = ''] = token.split('.');
    const flipped = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;

    expectAccepted(await api.list(token));
    expectInvalidToken(await api.list(withChangedPayload(token)));
    expectInvalidToken(await api.list(`${header}.${payload}.${flipped}`));
    expectInvalidToken(await api.list(`${header}.${payload}.`));
    expectInvalidToken(await api.list(`${header}.${payload}`));
  });

  it('R07 refuses alg none in any letter case, and HS256 keyed with the public key', async () => {
    const forged = [
      ...['none', 'None', 'NONE', 'nOnE', ''].map((alg) => unsigned(alg, claims())),
      ...keyedWithPublicKey(issuer.key, claims()),
    ];

    expect(forged).toHaveLength(10);
    for (const token of forged) expectInvalidToken(await api.list(token));
  });

  it('R08 refuses another issuer by the right key', async () => {
    for (const iss of [
      'https://issuer.example',
      `${issuer.url}/`,
      `${issuer.url}/path`,
      undefined,
    ]) {
      expectInvalidToken(await listWith({ iss }));
    }
  });

  it('R08 refuses the right issuer by a key that is not its own', async () => {
    const sameName = await TestSigningKey.generate(issuer.key.kid);
    const otherName = await TestSigningKey.generate('key-of-an-attacker');

    expectInvalidToken(await api.list(await sameName.sign(claims())));
    expectInvalidToken(await api.list(await otherName.sign(claims())));
    expectAccepted(await api.list(await issuer.key.sign(claims())));
  });

  it('R09 refuses a token for somebody else or for nobody', async () => {
    for (const aud of [issuer.url, `${api.url}/`, api.url.toUpperCase(), [], undefined]) {
      expectInvalidToken(await listWith({ aud }));
    }
  });

  it('R09 accepts an audience of several that contains it', async () => {
    expectAccepted(await listWith({ aud: ['https://elsewhere.example', api.url] }));
  });

  it.each([undefined, 'JWT', 'dpop+jwt', 'client-authentication+jwt', 'id_token+jwt', 'at+jwt2'])(
    'R10 refuses the type %s',
    async (typ) => {
      const header = typ === undefined ? { typ: undefined } : { typ };

      expectInvalidToken(await api.list(await signAnything(issuer.key, header, claims())));
    },
  );

  it('R10 accepts the type in its long form', async () => {
    expectAccepted(await listWith({}, { typ: 'application/at+jwt' }));
  });

  it.each(['exp', 'iat', 'sub', 'client_id', 'jti'])(
    'R11 refuses a token without %s',
    async (name) => {
      expectInvalidToken(await listWith({ [name]: undefined }));
      expectInvalidToken(await listWith({ [name]: '' }));
      expectInvalidToken(await listWith({ [name]: null }));
    },
  );

  it('R11 refuses claims of the wrong kind', async () => {
    expectInvalidToken(await listWith({ sub: 42 as unknown as string }));
    expectInvalidToken(await listWith({ client_id: ['test-client'] }));
    expectInvalidToken(await listWith({ scope: ['orders:read'] }));
    expectInvalidToken(await listWith({ exp: String(now() + 300) as unknown as number }));
  });

  it('R12 trusts no key from a token and fetches none', async () => {
    const attacker = await TestSigningKey.generate('key-of-an-attacker');
    const url = `${canary.url}/jwks`;
    const headers = [
      { jwk: attacker.publicJwk },
      { jku: url },
      { jku: url, jwk: attacker.publicJwk },
      { x5u: `${canary.url}/certificate` },
      { x5c: ['MIIBaseNoCertificate'] },
      { kid: issuer.key.kid, jku: url, jwk: attacker.publicJwk },
      { kid: url },
    ];

    for (const header of headers) {
      expectInvalidToken(await api.list(await signAnything(attacker, header, claims())));
    }
    expect(canary.requests).toEqual([]);
  });

  it.each([
    '../../../etc/passwd',
    "' OR '1'='1",
    '"; DROP TABLE customer_order; --',
    '\0',
    '__proto__',
  ])('R12 refuses the kid %j', async (kid) => {
    expectInvalidToken(await api.list(await signAnything(issuer.key, { kid }, claims())));
  });

  it('R13 refuses a critical header it does not know', async () => {
    const header = { crit: ['urn:example:unknown'], 'urn:example:unknown': true };

    expectInvalidToken(await api.list(await signAnything(issuer.key, header, claims())));
    expectInvalidToken(await api.list(await signAnything(issuer.key, { crit: [] }, claims())));
  });

  it('R17 lets nobody in whose token carries no scope, or one that only looks alike', async () => {
    for (const scope of ['', undefined, 'orders:readx', 'orders', 'orders:write', 'ORDERS:READ']) {
      expect((await listWith({ scope })).status).toBe(403);
    }
  });
});
