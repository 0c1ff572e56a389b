import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { members, type Answer } from './support/http.js';
import { accessTokenFor, expectOAuthError, requestToken } from './support/oauth.js';
import { callOrders } from './support/orders.js';
import { system } from './support/system.js';

const scopesIn = (answer: Answer) => String(members(answer)['scope']).split(' ').sort();
const audienceIn = (answer: Answer) => decodeJwt(String(members(answer)['access_token'])).aud;

describe('scope and resource', () => {
  it('S01 never grants a scope the client lacks', async () => {
    for (const scope of ['orders:write', 'orders:read orders:write', 'clients:write', 'unknown']) {
      expectOAuthError(await requestToken('e2e-reader', { scope }), 400, 'invalid_scope');
    }
  });

  it('S01 grants what is asked for and nothing beyond', async () => {
    const answer = await requestToken('e2e-basic', { scope: 'orders:write' });

    expect(members(answer)['scope']).toBe('orders:write');
    expect(decodeJwt(String(members(answer)['access_token']))['scope']).toBe('orders:write');
  });

  it('S01 grants a scope that is asked for twice once', async () => {
    const answer = await requestToken('e2e-basic', { scope: 'orders:read orders:read' });

    expect(members(answer)['scope']).toBe('orders:read');
  });

  it.each([
    'orders:read"',
    'orders:read\\',
    'orders:réad',
    ' orders:read',
    'orders:read ',
    'orders:read  orders:write',
    'orders:read\torders:write',
  ])('S02 refuses the malformed scope "%s"', async (scope) => {
    expectOAuthError(await requestToken('e2e-basic', { scope }), 400, 'invalid_scope');
  });

  it('S02 refuses a scope with control characters', async () => {
    const answer = await requestToken('e2e-basic', { scope: 'orders:read\u0001' });

    expect(answer.status).toBe(400);
    expect(['invalid_scope', 'invalid_request']).toContain(members(answer)['error']);
  });

  it('S04 grants all scopes the client holds, and no other, where none is asked for', async () => {
    const all = await requestToken('e2e-basic');
    const reader = await requestToken('e2e-reader');
    const empty = await requestToken('e2e-reader', { scope: '' });

    expect(scopesIn(all)).toEqual(['orders:bill', 'orders:read', 'orders:write']);
    expect(scopesIn(reader)).toEqual(['orders:read']);
    expect(scopesIn(empty)).toEqual(['orders:read']);
  });

  it('S04 grants the scopes at the resource that is asked for', async () => {
    const atOrders = await requestToken('e2e-two-resources', { resource: system.ordersApi });
    const atIssuer = await requestToken('e2e-two-resources', { resource: system.authServer });

    expect([scopesIn(atOrders), audienceIn(atOrders)]).toEqual([['orders:read'], system.ordersApi]);
    expect([scopesIn(atIssuer), audienceIn(atIssuer)]).toEqual([
      ['clients:read'],
      system.authServer,
    ]);
  });

  it('S04 refuses a client that holds no scope', async () => {
    expectOAuthError(await requestToken('e2e-no-scope'), 400, 'invalid_scope');
  });

  it.each([
    ['unknown', 'https://unknown.example'],
    ['relative', '/orders'],
    ['no URL', 'orders-api'],
    ['with a fragment', `${system.ordersApi}#fragment`],
    ['with a slash more', `${system.ordersApi}/`],
    ['with a query', `${system.ordersApi}?a=b`],
    ['not for this client', system.authServer],
  ])('S05 refuses a resource that is %s', async (_what, resource) => {
    expectOAuthError(await requestToken('e2e-basic', { resource }), 400, 'invalid_target');
  });

  it('S05 gives a token for a resource the client has a scope at', async () => {
    const answer = await requestToken('e2e-basic', { resource: system.ordersApi });

    expect(audienceIn(answer)).toBe(system.ordersApi);
  });

  it('S06 refuses several resources, even the same one twice', async () => {
    const different = [system.ordersApi, system.authServer];
    const same = [system.ordersApi, system.ordersApi];

    for (const resource of [different, same]) {
      expectOAuthError(
        await requestToken('e2e-two-resources', { resource }),
        400,
        'invalid_target',
      );
    }
  });

  it('S06 refuses a scope that belongs to another resource', async () => {
    const answer = await requestToken('e2e-two-resources', {
      scope: 'clients:read',
      resource: system.ordersApi,
    });

    expectOAuthError(answer, 400, 'invalid_scope');
  });

  it('S06 asks for the resource where the scopes leave a choice', async () => {
    const withoutScope = await requestToken('e2e-two-resources');
    const withBoth = await requestToken('e2e-two-resources', { scope: 'orders:read clients:read' });
    const withOne = await requestToken('e2e-two-resources', { scope: 'clients:read' });

    expectOAuthError(withoutScope, 400, 'invalid_target');
    expectOAuthError(withBoth, 400, 'invalid_target');
    expect(audienceIn(withOne)).toBe(system.authServer);
  });

  it('S07 opens orders-api to a token for it and not to one for another resource', async () => {
    const own = await accessTokenFor('e2e-two-resources', { resource: system.ordersApi });
    const foreign = await accessTokenFor('e2e-two-resources', { resource: system.authServer });

    const accepted = await callOrders('/orders?limit=1', { token: own });
    const refused = await callOrders('/orders?limit=1', { token: foreign });

    expect(accepted.status).toBe(200);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toContain('error="invalid_token"');
  });
});
