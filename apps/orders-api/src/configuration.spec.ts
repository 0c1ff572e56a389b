import { ConfigurationError, loadConfiguration } from '@m2m/service-defaults';
import { describe, expect, it } from 'vitest';
import { ordersApiConfiguration } from './configuration.js';

const good = {
  ORDERS_DATABASE_URL: 'postgres://localhost/orders',
  OAUTH_ISSUER: 'https://auth.example',
  ORDERS_API_URL: 'https://orders.example',
};
const credentials = { OAUTH_CLIENT_ID: 'orders-api', OAUTH_CLIENT_SECRET: 'secret' };
const introspecting = { ...good, ...credentials, OAUTH_INTROSPECTION: 'on' };
const fed = { ...good, ...credentials, OAUTH_REVOCATION_FEED: 'on' };

describe('the configuration of the orders-api', () => {
  it('verifies tokens by keys unless it is told otherwise', () => {
    expect(loadConfiguration(ordersApiConfiguration, good)).toMatchObject({
      OAUTH_INTROSPECTION: 'off',
      OAUTH_REVOCATION_FEED: 'off',
    });
  });

  it('takes tokens by the standard alone unless it is told otherwise', () => {
    const configured = (OAUTH_COMPATIBILITY?: string) =>
      loadConfiguration(ordersApiConfiguration, { ...good, OAUTH_COMPATIBILITY })
        .OAUTH_COMPATIBILITY;

    expect(configured()).toEqual([]);
    expect(configured('')).toEqual([]);
    expect(configured('typ_jwt, scopes_in_roles')).toEqual(['typ_jwt', 'scopes_in_roles']);
  });

  it('takes what is needed to ask about tokens', () => {
    const endpoint = 'http://auth-server:3000/oauth2/introspect';
    const environment = { ...introspecting, OAUTH_INTROSPECTION_ENDPOINT: endpoint };

    expect(loadConfiguration(ordersApiConfiguration, environment)).toMatchObject({
      ...environment,
      OAUTH_INTROSPECTION_CACHE_SECONDS: 0,
    });
  });

  it('takes what is needed to fetch what is revoked', () => {
    const endpoint = 'http://auth-server:3000/oauth2/revocations';
    const environment = { ...fed, OAUTH_REVOCATION_FEED_ENDPOINT: endpoint };

    expect(loadConfiguration(ordersApiConfiguration, environment)).toMatchObject(environment);
  });

  it.each(['OAUTH_INTROSPECTION', 'OAUTH_REVOCATION_FEED'])(
    'lists what is missing for %s, along with all else',
    (mode) => {
      const faults = faultsOf({
        ...good,
        [mode]: 'on',
        OAUTH_CLIENT_SECRET: '',
        ORDERS_API_URL: 'hunter2',
      });

      expect(faults).toContain('OAUTH_CLIENT_ID: is missing');
      expect(faults).toContain('OAUTH_CLIENT_SECRET: is missing');
      expect(faults).toContainEqual(expect.stringMatching(/^ORDERS_API_URL: must be/));
      expect(faults).toHaveLength(3);
    },
  );

  it('goes one way to learn what is revoked, not two', () => {
    expect(faultsOf({ ...introspecting, ...fed, ORDERS_API_URL: '' })).toEqual([
      expect.stringMatching(/^ORDERS_API_URL: /),
      'OAUTH_REVOCATION_FEED: must be off with OAUTH_INTROSPECTION=on',
    ]);
  });

  it.each([
    ['OAUTH_INTROSPECTION', 'yes', 'must be on or off'],
    ['OAUTH_INTROSPECTION_ENDPOINT', 'http://auth.example/introspect', 'must use https'],
    ['OAUTH_INTROSPECTION_CACHE_SECONDS', '61', 'must be at most 60 seconds'],
    ['OAUTH_INTROSPECTION_CACHE_SECONDS', '-1', 'must be at least 0 seconds'],
    ['OAUTH_COMPATIBILITY', 'typ_jwt,typ_none', 'name 2 of the list is none of typ_jwt, scope_as'],
    ['OAUTH_REVOCATION_FEED', 'yes', 'must be on or off'],
    ['OAUTH_REVOCATION_FEED_ENDPOINT', 'http://auth.example/revocations', 'must use https'],
  ])('refuses %s=%s', (name, value, reason) => {
    expect(faultsOf({ ...introspecting, [name]: value })).toEqual([
      expect.stringContaining(`${name}: ${reason}`),
    ]);
  });

  function faultsOf(environment: NodeJS.ProcessEnv): readonly string[] {
    try {
      loadConfiguration(ordersApiConfiguration, environment);
    } catch (error) {
      if (error instanceof ConfigurationError) return error.faults;
      throw error;
    }
    return [];
  }
});
