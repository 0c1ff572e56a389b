import { createHmac, createPublicKey } from 'node:crypto';
import { createEventLogger, Metrics } from '@m2m/service-defaults';
import { TestClock, TestHttpServer, TestSigningKey } from '@m2m/testing';
import type { JSONWebKeySet, JWTHeaderParameters, JWTPayload } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ClientKeys } from '../client-keys/client-keys.js';
import { KeySetFetcher } from '../client-keys/key-set.fetcher.js';
import { PublishedKeys } from '../client-keys/published-keys.js';
import type { RegisteredClient } from '../clients/registered-client.js';
import { AssertionVerifier } from './assertion.verifier.js';
import { decodeClientAssertion } from './client-assertion.js';

const ISSUER = 'https://issuer.example';
const silent = createEventLogger('auth', 'info', { write: () => undefined });

describe('AssertionVerifier', () => {
  const clock = new TestClock();
  let es256: TestSigningKey;
  let ps256: TestSigningKey;
  let eddsa: TestSigningKey;
  let stranger: TestSigningKey;
  let client: RegisteredClient;
  let verifier: AssertionVerifier;

  beforeAll(async () => {
    es256 = await TestSigningKey.generate('a', 'ES256');
    ps256 = await TestSigningKey.generate('b', 'PS256');
    eddsa = await TestSigningKey.generate('c', 'EdDSA');
    stranger = await TestSigningKey.generate('a', 'ES256');
    client = clientWith({ keys: [es256, ps256, eddsa].map(({ publicJwk }) => publicJwk) });
  });

  beforeEach(() => {
    verifier = verifierWith(new KeySetFetcher({ privateAddresses: true }));
  });

  it('takes an assertion by each of the keys of a client (P01, P14)', async () => {
    for (const key of [es256, ps256, eddsa]) {
      expect(await faultOf(await signed(key))).toBeUndefined();
    }
  });

  it('takes EdDSA by its new name', async () => {
    const { publicJwk } = eddsa;
    const renamed = await TestSigningKey.generate('d', 'Ed25519');
    const registered = clientWith({ keys: [publicJwk, renamed.publicJwk] });

    expect(await faultOf(await signed(renamed), registered)).toBeUndefined();
  });

  it('takes a kid that is missing on either side for any key', async () => {
    const { kty, crv, x, y } = es256.publicJwk;
    const unnamed = clientWith({ keys: [stranger.publicJwk, { kty, crv, x, y }] });

    expect(await faultOf(await signed(es256, {}, { kid: 'whatever' }), unnamed)).toBeUndefined();
    expect(await faultOf(await signed(es256, {}, { kid: undefined }))).toBeUndefined();
    expect(await faultOf(await signed(ps256, {}, { kid: undefined }))).toBeUndefined();
  });

  it.each<[string, () => Promise<string>]>([
    ['of another key with the same kid (P03)', () => signed(stranger)],
    ['under the kid of another key (P03)', () => signed(stranger, {}, { kid: 'b' })],
    ['under a kid that nobody has (P03)', () => signed(es256, {}, { kid: 'x' })],
    ['that was changed (P03)', async () => withoutLast(await signed(es256))],
    ['that is missing (P03)', async () => (await signed(es256)).replace(/[^.]+$/, '')],
    ['by a key from its own header (P13)', () => signedWithOwnKey(stranger)],
  ])('refuses a signature %s', async (_kind, make) => {
    expect(await faultOf(await make())).toBe('bad_signature');
  });

  it('refuses HS256 that is keyed with a public key of the client (P09)', async () => {
    const [header, claims] = [{ alg: 'HS256', kid: 'a' }, goodClaims()].map(encode);
    const publicKey = createPublicKey({ key: es256.publicJwk, format: 'jwk' });
    for (const type of ['pem', 'der'] as const) {
      const secret = publicKey.export({ format: type as 'pem', type: 'spki' });
      const mac = createHmac('sha256', secret).update(`${header}.${claims}`).digest('base64url');
      expect(await faultOf(`${header}.${claims}.${mac}`)).toBe('algorithm_not_allowed');
    }
  });

  it('refuses alg none and RS256 (P09)', async () => {
    const none = `${encode({ alg: 'none' })}.${encode(goodClaims())}.`;
    const rs256 = await TestSigningKey.generate('b', 'RS256');
    const { kty, n, e } = rs256.publicJwk;

    expect(await faultOf(none)).toBe('algorithm_not_allowed');
    expect(await faultOf(await signed(rs256), clientWith({ keys: [{ kty, n, e }] }))).toBe(
      'algorithm_not_allowed',
    );
  });

  it('refuses a key of the client for another algorithm than it is registered for', async () => {
    const { kty, n, e, ...rest } = ps256.publicJwk;
    const rsa = clientWith({ keys: [{ kty, n, e, kid: rest.kid }] });

    expect(await faultOf(await signed(ps256), rsa)).toBeUndefined();
    expect(await faultOf(await signed(es256, {}, { kid: 'b' }))).toBe('bad_signature');
  });

  it('refuses the assertion of no client, of one without keys, and one that is outdated', async () => {
    const assertion = await signed(es256);

    expect(await faultOf(assertion, 'nobody')).toBe('bad_signature');
    expect(await faultOf(assertion, clientWith(undefined))).toBe('bad_signature');
    const outdated = await signed(es256, { exp: seconds() - 1 });
    expect(await faultOf(outdated)).toBe('expired');
  });

  describe('of a client that publishes its keys', () => {
    let server: TestHttpServer;
    let published: TestSigningKey[];
    let away = false;
    let publisher: RegisteredClient;

    beforeAll(async () => {
      server = await TestHttpServer.start(() =>
        away ? { status: 503 } : { body: { keys: published.map(({ publicJwk }) => publicJwk) } },
      );
      publisher = { ...clientWith(undefined), jwksUri: `${server.url}/jwks` };
    });

    beforeEach(() => {
      published = [es256];
      away = false;
    });

    afterAll(() => server.stop());

    it('takes a new key at once, and refuses the one it replaces (P14)', async () => {
      expect(await faultOf(await signed(es256), publisher)).toBeUndefined();
      published = [ps256];

      expect(await faultOf(await signed(ps256), publisher)).toBeUndefined();
      expect(await faultOf(await signed(es256), publisher)).toBe('bad_signature');
    });

    it('says that the keys are not to be had', async () => {
      away = true;

      expect(await faultOf(await signed(es256), publisher)).toBe('keys_unavailable');
    });

    it('fetches nothing for an assertion that is no good anyway', async () => {
      const before = server.requests.length;

      await faultOf(await signed(es256, { aud: 'https://other.example' }), publisher);

      expect(server.requests).toHaveLength(before);
    });

    it('fetches nothing from a private address unless that is allowed', async () => {
      verifier = verifierWith(new KeySetFetcher({ privateAddresses: false }));
      const before = server.requests.length;

      expect(await faultOf(await signed(es256), publisher)).toBe('keys_unavailable');

      expect(server.requests).toHaveLength(before);
    });
  });

  it('fetches nothing that a header names (P13)', async () => {
    const canary = await TestHttpServer.start(() => ({ body: { keys: [stranger.publicJwk] } }));
    const header = { jku: `${canary.url}/jwks`, x5u: `${canary.url}/x5u` };

    expect(await faultOf(await signed(stranger, {}, header))).toBe('bad_signature');
    expect(await faultOf(await signed(es256, {}, header))).toBeUndefined();

    expect(canary.requests).toHaveLength(0);
    await canary.stop();
  });

  function verifierWith(fetcher: KeySetFetcher): AssertionVerifier {
    const published = new PublishedKeys(fetcher, silent, new Metrics('auth-server'), clock.now);
    return new AssertionVerifier(ISSUER, new ClientKeys(published), clock.now);
  }

  async function faultOf(jwt: string, of: RegisteredClient | 'nobody' = client) {
    const assertion = decodeClientAssertion(jwt);
    if (!assertion) throw new Error('was to be an assertion');
    return verifier.faultOf(assertion, of === 'nobody' ? undefined : of);
  }

  function seconds(): number {
    return Math.floor(clock.now() / 1_000);
  }

  function goodClaims(): JWTPayload {
    return { iss: 'c', sub: 'c', aud: ISSUER, exp: seconds() + 60, jti: 'j' };
  }

  function signed(
    key: TestSigningKey,
    claims: JWTPayload = {},
    header: Partial<JWTHeaderParameters> = {},
  ): Promise<string> {
    return key.sign({ ...goodClaims(), ...claims }, { typ: 'JWT', ...header });
  }

  function signedWithOwnKey(key: TestSigningKey): Promise<string> {
    return signed(key, {}, { kid: 'own', jwk: key.publicJwk });
  }
});

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function withoutLast(jwt: string): string {
  return jwt.slice(0, -4);
}

function clientWith(jwks: JSONWebKeySet | undefined): RegisteredClient {
  return {
    clientId: 'c',
    authMethod: 'private_key_jwt',
    grantTypes: ['client_credentials'],
    disabled: false,
    secrets: [],
    jwks,
    jwksUri: undefined,
    scopes: [],
    resourceServers: [],
    accessTokenLifetime: undefined,
    tokensValidFrom: 0,
  };
}
