import { accessTokenClaims, TestClock, TestIssuer, TestSigningKey } from '@m2m/testing';
import { SignJWT, UnsecuredJWT, type JWTHeaderParameters, type JWTPayload } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GivenKeys } from '../keys/given-keys.js';
import { IssuerKeys } from '../keys/issuer-keys.js';
import type { VerificationKeys } from '../keys/verification-keys.js';
import { JwtVerifier } from './jwt.verifier.js';

const AUDIENCE = 'https://orders.example';

describe('the verifier of JWT access tokens', () => {
  let issuer: TestIssuer;
  let clock: TestClock;
  let verifier: JwtVerifier;

  beforeAll(async () => {
    issuer = await TestIssuer.start();
  });

  beforeEach(() => {
    clock = new TestClock();
    verifier = verifierWith(new IssuerKeys({ issuer: issuer.url, fetch, now: clock.now }));
  });

  afterAll(() => issuer.stop());

  const claims = (changes: JWTPayload = {}) =>
    accessTokenClaims({ iss: issuer.url, aud: AUDIENCE, ...changes }, clock.now());
  const sign = (changes: JWTPayload = {}, header: Partial<JWTHeaderParameters> = {}) =>
    issuer.key.sign(claims(changes), header);
  const seconds = () => Math.floor(clock.now() / 1_000);

  it('R01 tells the client and its scopes', async () => {
    const client = await verifier.verify(await sign({ client_id: 'c', sub: 's', scope: 'a b' }));

    expect(client).toMatchObject({
      clientId: 'c',
      subject: 's',
      scopes: new Set(['a', 'b']),
      issuedAt: seconds(),
      expiresAt: seconds() + 300,
    });
  });

  it('R09 accepts an audience among several, R10 the full media type', async () => {
    const token = await sign({ aud: ['other', AUDIENCE] }, { typ: 'application/at+jwt' });

    await expect(verifier.verify(token)).resolves.toBeDefined();
  });

  it('R04 R05 tolerates clocks that differ by ten seconds', async () => {
    const late = await sign({ exp: seconds() - 9 });
    const early = await sign({ iat: seconds() + 10, nbf: seconds() + 10 });

    await expect(verifier.verify(late)).resolves.toBeDefined();
    await expect(verifier.verify(early)).resolves.toBeDefined();
  });

  it.each<[string, () => Promise<string>, string]>([
    ['R03 is no JWT', async () => 'garbage', 'malformed'],
    ['R03 has two parts', async () => (await sign()).split('.').slice(0, 2).join('.'), 'malformed'],
    ['R04 has expired', () => sign({ exp: seconds() - 10 }), 'expired'],
    ['R05 is not valid yet', () => sign({ nbf: seconds() + 11 }), 'not_yet_valid'],
    ['R05 was issued in the future', () => sign({ iat: seconds() + 11 }), 'not_yet_valid'],
    ['R06 had its payload changed', async () => tampered(await sign()), 'bad_signature'],
    ['R06 has no signature', async () => (await sign()).replace(/[^.]+$/, ''), 'bad_signature'],
    ['R07 is unsecured', async () => new UnsecuredJWT(claims()).encode(), 'algorithm_not_allowed'],
    [
      'R07 is signed by the public key as HMAC key',
      () => signedByPublicKey(),
      'algorithm_not_allowed',
    ],
    ['R08 is of another issuer', () => sign({ iss: 'https://evil.example' }), 'wrong_issuer'],
    ['R08 is signed by another key', () => signedByStranger(), 'bad_signature'],
    ['R09 is for another audience', () => sign({ aud: 'https://other.example' }), 'wrong_audience'],
    ['R09 is for no audience', () => sign({ aud: undefined }), 'wrong_audience'],
    ['R10 is of type JWT', () => sign({}, { typ: 'JWT' }), 'wrong_type'],
    ['R10 is of no type', () => sign({}, { typ: undefined }), 'wrong_type'],
    ['R11 has no exp', () => sign({ exp: undefined }), 'claim_missing_or_invalid'],
    ['R11 has no iat', () => sign({ iat: undefined }), 'claim_missing_or_invalid'],
    ['R11 has no sub', () => sign({ sub: undefined }), 'claim_missing_or_invalid'],
    ['R11 has no client_id', () => sign({ client_id: undefined }), 'claim_missing_or_invalid'],
    ['R11 has no jti', () => sign({ jti: undefined }), 'claim_missing_or_invalid'],
    [
      'R11 has a client_id that is no text',
      () => sign({ client_id: 7 }),
      'claim_missing_or_invalid',
    ],
    ['R11 has a scope that is no text', () => sign({ scope: ['a'] }), 'claim_missing_or_invalid'],
    [
      'D06 is bound to a key by DPoP',
      () => sign({ cnf: { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' } }),
      'sender_constrained',
    ],
    [
      'X02 is bound to a certificate',
      () => sign({ cnf: { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' } }),
      'sender_constrained',
    ],
    ['is bound to what nobody knows', () => sign({ cnf: 'x' }), 'sender_constrained'],
    ['R12 names an unknown key', () => sign({}, { kid: "../x' OR 1=1" }), 'unknown_key'],
    ['R13 has an unknown critical header', () => sign({}, { crit: ['x'], x: 1 }), 'malformed'],
  ])('refuses a token that %s', async (_what, token, reason) => {
    await expect(verifier.verify(await token())).rejects.toMatchObject({ reason });
  });

  it('R12 does not trust a key that comes in the header', async () => {
    const stranger = await TestSigningKey.generate(issuer.key.kid);
    const token = await stranger.sign(claims(), { jwk: stranger.publicJwk });

    await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'bad_signature' });
  });

  it('R04 refuses a token that was good before it expired', async () => {
    const token = await sign();
    await verifier.verify(token);

    clock.advance({ seconds: 309 });
    await expect(verifier.verify(token)).resolves.toBeDefined();
    clock.advance({ seconds: 1 });
    await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'expired' });
  });

  it('refuses a token that was good before its key was withdrawn', async () => {
    const token = await sign({ exp: seconds() + 3_000 });
    await verifier.verify(token);
    const published = issuer.keys;
    issuer.keys = [await TestSigningKey.generate('next')];

    clock.advance({ seconds: 301 });
    await verifier.verify(token);

    await expect
      .poll(() => verifier.verify(token).catch((error: unknown) => error))
      .toMatchObject({ reason: 'unknown_key' });
    issuer.keys = published;
  });

  it('refuses a token that was good and named no key before its key was withdrawn', async () => {
    const token = await sign({ exp: seconds() + 3_000 }, { kid: undefined });
    await verifier.verify(token);
    const published = issuer.keys;
    issuer.keys = [await TestSigningKey.generate('next')];

    clock.advance({ seconds: 601 });

    await expect(verifier.verify(token)).rejects.toMatchObject({ reason: 'bad_signature' });
    issuer.keys = published;
  });

  it('K06 refuses a token that was good as soon as its key is withdrawn from those at hand', async () => {
    let published = { keys: [issuer.key.publicJwk] };
    const own = verifierWith(new GivenKeys(() => published));
    const token = await sign();
    await expect(own.verify(token)).resolves.toBeDefined();
    const next = await TestSigningKey.generate('next');

    published = { keys: [next.publicJwk] };

    await expect(own.verify(token)).rejects.toMatchObject({ reason: 'unknown_key' });
    await expect(own.verify(await next.sign(claims()))).resolves.toBeDefined();
  });

  it('K06 refuses a token that was good as soon as another key has the kid of its own', async () => {
    let published = { keys: [issuer.key.publicJwk] };
    const own = verifierWith(new GivenKeys(() => published));
    const token = await sign();
    await expect(own.verify(token)).resolves.toBeDefined();

    published = { keys: [(await TestSigningKey.generate(issuer.key.kid)).publicJwk] };

    await expect(own.verify(token)).rejects.toMatchObject({ reason: 'bad_signature' });
  });

  it('R03 refuses a token of a key that is of no use as one of an unknown key', async () => {
    const broken = { ...issuer.key.publicJwk, x: 'AA' };
    const own = verifierWith(new GivenKeys(() => ({ keys: [broken] })));

    await expect(own.verify(await sign())).rejects.toMatchObject({ reason: 'unknown_key' });
  });

  it('R06 refuses the same signature in another spelling, also of a token that it knows', async () => {
    const token = await sign();
    await verifier.verify(token);

    for (const spelling of [`${token}=`, `${token}==`, `${token}\n`, otherLastCharacter(token)]) {
      await expect(verifier.verify(spelling)).rejects.toMatchObject({ reason: 'malformed' });
    }
  });

  it('knows a token again without looking at it, whether it names its key or not', async () => {
    const remembered: string[] = [];
    const keys = new GivenKeys(() => published);
    const published = { keys: [issuer.key.publicJwk] };
    const rules = {
      issuer: issuer.url,
      audience: AUDIENCE,
      algorithms: ['ES256'],
      clockToleranceSeconds: 10,
    };
    const own = new JwtVerifier(rules, keys, clock.now, {
      onRemembered: () => remembered.push('remembered'),
      onVerified: () => remembered.push('verified'),
    });
    for (const header of [{}, { kid: undefined }]) {
      const token = await sign({}, header);
      const client = await own.verify(token);
      clock.advance({ seconds: 309 });
      expect(await own.verify(token)).toBe(client);
    }

    expect(remembered).toEqual(['verified', 'remembered', 'verified', 'remembered']);
  });

  function verifierWith(keys: VerificationKeys): JwtVerifier {
    const rules = {
      issuer: issuer.url,
      audience: AUDIENCE,
      algorithms: ['ES256'],
      clockToleranceSeconds: 10,
    };
    return new JwtVerifier(rules, keys, clock.now);
  }

  async function signedByPublicKey(): Promise<string> {
    const secret = new TextEncoder().encode(JSON.stringify(issuer.key.publicJwk));
    return new SignJWT(claims())
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: issuer.key.kid })
      .sign(secret);
  }

  async function signedByStranger(): Promise<string> {
    return (await TestSigningKey.generate(issuer.key.kid)).sign(claims());
  }
});

function tampered(token: string): string {
  const [header, payload = '', signature] = token.split('.');
  const changed = { ...(JSON.parse(atob(payload)) as object), scope: 'everything' };
  return [header, Buffer.from(JSON.stringify(changed)).toString('base64url'), signature].join('.');
}

/** ES256's 64 bytes leave four bits of the last character unused. */
function otherLastCharacter(token: string): string {
  const next: Readonly<Record<string, string>> = { A: 'B', Q: 'R', g: 'h', w: 'x' };
  return token.slice(0, -1) + (next[token.slice(-1)] ?? '');
}
