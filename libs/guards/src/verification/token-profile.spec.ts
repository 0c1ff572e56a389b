import { accessTokenClaims, TestClock, TestSigningKey } from '@m2m/testing';
import type { JWTHeaderParameters, JWTPayload } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { GivenKeys } from '../keys/given-keys.js';
import { compatibilities, type Compatibility } from './compatibility.js';
import { JwtVerifier } from './jwt.verifier.js';

const ISSUER = 'https://auth.example/';
const AUDIENCE = 'https://orders.example';

describe('tokens that differ from RFC 9068', () => {
  const clock = new TestClock();
  let key: TestSigningKey;

  beforeAll(async () => {
    key = await TestSigningKey.generate();
  });

  function verifierWith(compatibility: readonly Compatibility[]): JwtVerifier {
    const rules = { issuer: ISSUER, audience: AUDIENCE, algorithms: ['ES256'], compatibility };
    const keys = new GivenKeys(() => ({ keys: [key.publicJwk] }));
    return new JwtVerifier({ ...rules, clockToleranceSeconds: 10 }, keys, clock.now);
  }

  const sign = (changes: JWTPayload, header: Partial<JWTHeaderParameters> = {}) =>
    key.sign(accessTokenClaims({ iss: ISSUER, aud: AUDIENCE, ...changes }, clock.now()), header);

  const without = (...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, undefined]));

  describe.each<{
    name: Compatibility;
    claims?: JWTPayload;
    header?: Partial<JWTHeaderParameters>;
    client: object;
  }>([
    { name: 'typ_jwt', header: { typ: 'JWT' }, client: {} },
    { name: 'typ_jwt', header: { typ: undefined }, client: {} },
    { name: 'typ_jwt', header: { typ: 'JWT' }, claims: { typ: 'Bearer' }, client: {} },
    { name: 'typ_jwt', header: { typ: undefined }, claims: { token_use: 'access' }, client: {} },
    { name: 'typ_jwt', header: { typ: 'JWT' }, claims: { token_use: 'access_token' }, client: {} },
    {
      name: 'scope_as_list',
      claims: { scope: ['a', 'b'] },
      client: { scopes: new Set(['a', 'b']) },
    },
    {
      name: 'client_id_in_azp',
      claims: { ...without('client_id'), azp: 'c' },
      client: { clientId: 'c' },
    },
    {
      name: 'client_id_in_appid',
      claims: { ...without('client_id'), appid: 'c' },
      client: { clientId: 'c' },
    },
    {
      name: 'client_id_in_cid',
      claims: { ...without('client_id'), cid: 'c' },
      client: { clientId: 'c' },
    },
    {
      name: 'token_without_sub',
      claims: { ...without('sub'), client_id: 'c' },
      client: { subject: 'c' },
    },
    {
      name: 'token_without_jti',
      claims: { ...without('jti'), uti: 'u' },
      client: { tokenId: 'u' },
    },
    {
      name: 'token_without_jti',
      claims: without('jti'),
      client: { tokenId: expect.stringMatching(/^[\w-]{43}$/) as string },
    },
    {
      name: 'audience_in_scopes',
      claims: { ...without('aud'), scope: `${AUDIENCE}/a https://x.example/b c ${AUDIENCE}/d` },
      client: { scopes: new Set(['a', 'd']) },
    },
  ])('$name: $claims $header', ({ name, claims = {}, header = {}, client }) => {
    it('are accepted if that is conceded', async () => {
      const token = await sign(claims, header);

      await expect(verifierWith([name]).verify(token)).resolves.toMatchObject(client);
    });

    it('are refused if it is not, whatever else is', async () => {
      const token = await sign(claims, header);
      const others = compatibilities.filter((other) => other !== name);

      await expect(verifierWith([]).verify(token)).rejects.toThrow();
      await expect(verifierWith(others).verify(token)).rejects.toThrow();
    });
  });

  it.each<[Compatibility, JWTPayload, string[]]>([
    ['scopes_in_scp', { scp: ['orders:read', 'b'] }, ['orders:read', 'b']],
    ['scopes_in_scp', { scp: 'a b' }, ['a', 'b']],
    ['scopes_in_scp', { scp: [] }, []],
    ['scopes_in_roles', { roles: ['a', 'b'] }, ['a', 'b']],
  ])('%s: takes scopes of %j only if that is conceded', async (name, claims, scopes) => {
    const token = await sign({ ...without('scope'), ...claims });
    const others = compatibilities.filter((other) => other !== name);

    expect((await verifierWith([name]).verify(token)).scopes).toEqual(new Set(scopes));
    expect((await verifierWith(others).verify(token)).scopes).toEqual(new Set());
  });

  it('are looked for by their claims only where the header does not say what a token is', async () => {
    const token = await sign({ nonce: 'n' });

    await expect(verifierWith([]).verify(token)).resolves.toBeDefined();
  });

  it('are of no effect where a token says what RFC 9068 asks for', async () => {
    const odd = { scp: 'x', roles: ['x'], azp: 'x', appid: 'x', cid: 'x', uti: 'x' };
    const token = await sign({ client_id: 'c', sub: 's', jti: 'j', scope: 'a', ...odd });

    expect(await verifierWith(compatibilities).verify(token)).toMatchObject({
      clientId: 'c',
      subject: 's',
      tokenId: 'j',
      scopes: new Set(['a']),
    });
  });

  it.each([
    ['a list with something else than texts', { scope: ['a', 7] }],
    ['a list with a scope that has a blank', { scope: ['a b'] }],
    ['a list with an empty scope', { scope: [''] }],
    ['a list in a list', { scope: [['a']] }],
    ['an object', { scope: { a: true } }],
    ['no text in scp', { ...without('scope'), scp: 7 }],
    ['no list in roles', { ...without('scope'), roles: { a: true } }],
    ['a client_id that is no text', { ...without('client_id'), azp: ['c'] }],
    ['an empty client_id', { client_id: '', azp: 'c' }],
    ['no client_id at all', without('client_id')],
    ['an empty jti', { jti: '' }],
    ['an empty sub', { sub: '' }],
  ])('are refused with %s, whatever is conceded', async (_what, claims) => {
    const token = await sign(claims);

    await expect(verifierWith(compatibilities).verify(token)).rejects.toMatchObject({
      reason: 'claim_missing_or_invalid',
    });
  });

  it.each([
    ['none of its scopes is for it', { ...without('aud'), scope: 'a https://x.example/b' }],
    ['a scope only begins like it', { ...without('aud'), scope: `${AUDIENCE}x/a ${AUDIENCE}` }],
    ['a scope has no name', { ...without('aud'), scope: `${AUDIENCE}/` }],
    ['there is no scope', without('aud', 'scope')],
    ['it is for another', { aud: 'https://x.example', scope: `${AUDIENCE}/a` }],
    ['it is for nobody', { aud: [], scope: `${AUDIENCE}/a` }],
    ['its audience is null', { aud: null as unknown as string, scope: `${AUDIENCE}/a` }],
  ])('R09 audience_in_scopes: are refused if %s', async (_what, claims) => {
    const token = await sign(claims);

    await expect(verifierWith(compatibilities).verify(token)).rejects.toMatchObject({
      reason: 'wrong_audience',
    });
  });

  it('audience_in_scopes: leaves the scopes alone where there is an audience', async () => {
    const token = await sign({ scope: `${AUDIENCE}/a b` });

    expect((await verifierWith(compatibilities).verify(token)).scopes).toEqual(
      new Set([`${AUDIENCE}/a`, 'b']),
    );
  });

  it('token_without_jti: knows a token by what is signed, and each by another name', async () => {
    const verifier = verifierWith(['token_without_jti']);
    const [one, again, other] = await Promise.all([
      sign({ ...without('jti'), scope: 'a' }),
      sign({ ...without('jti'), scope: 'a' }),
      sign({ ...without('jti'), scope: 'b' }),
    ]);
    const idOf = async (token: string) => (await verifier.verify(token)).tokenId;

    // ES256 signs the same differently each time.
    expect(one).not.toBe(again);
    expect(await idOf(one)).toBe(await idOf(again));
    expect(await idOf(one)).not.toBe(await idOf(other));
  });

  it.each<[string, JWTPayload, Partial<JWTHeaderParameters>?]>([
    ["Keycloak's ID token", { typ: 'ID' }],
    ["Keycloak's refresh token", { typ: 'Refresh' }],
    ["Keycloak's offline token", { typ: 'Offline' }],
    ["Keycloak's logout token", { typ: 'Logout' }],
    ["Keycloak's DPoP-bound token", { typ: 'DPoP' }],
    ['something with a type that is no text', { typ: 7 }],
    ["Cognito's ID token", { token_use: 'id' }],
    ['an ID token, by its nonce', { nonce: 'n' }],
    ['an ID token, by its at_hash', { at_hash: 'h' }],
    ['an ID token, by its c_hash', { c_hash: 'h' }],
    ['an ID token, by its s_hash', { s_hash: 'h' }],
    ['a logout token', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }],
    ['an introspection response', { token_introspection: { active: true } }],
    ['a client assertion', { sub: ISSUER }],
    ['a DPoP proof', {}, { typ: 'dpop+jwt' }],
    ['a logout token, by its type', {}, { typ: 'logout+jwt' }],
    ['an introspection response, by its type', {}, { typ: 'token-introspection+jwt' }],
    ['something that has an empty type', {}, { typ: '' }],
  ])('R10 typ_jwt: are refused if they are %s', async (_what, claims, header) => {
    const token = await sign(claims, { typ: 'JWT', ...header });

    await expect(verifierWith(compatibilities).verify(token)).rejects.toMatchObject({
      reason: 'wrong_type',
    });
  });

  it('R10 typ_jwt: takes the type of RFC 9068 as well', async () => {
    for (const typ of ['at+jwt', 'application/at+jwt', 'AT+JWT']) {
      await expect(
        verifierWith(['typ_jwt']).verify(await sign({}, { typ })),
      ).resolves.toBeDefined();
    }
  });

  it('can be told from a token with the same claims that may not be changed', async () => {
    const token = await sign({ tenant: 't', scope: 'a' });

    const { claims } = await verifierWith([]).verify(token);

    expect(claims).toMatchObject({ tenant: 't', scope: 'a', iss: ISSUER });
    expect(Object.isFrozen(claims)).toBe(true);
  });
});
