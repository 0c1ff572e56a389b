import { ConfigurationError, loadConfiguration } from '@m2m/service-defaults';
import { describe, expect, it } from 'vitest';
import { ordersApiConfiguration } from './configuration.js';

const good = {
  ORDERS_DATABASE_URL: 'postgres://localhost/orders',
  OAUTH_ISSUER: 'https://auth.example',
  ORDERS_API_URL: 'https://orders.example',
};
const introspecting = {
  ...good,
  OAUTH_INTROSPECTION: 'on',
  OAUTH_CLIENT_ID: 'orders-api',
  OAUTH_CLIENT_SECRET: 'secret',
};

describe('the configuration of the orders-api', () => {
  it('verifies tokens by keys unless it is told otherwise', () => {
    expect(loadConfiguration(ordersApiConfiguration, good).OAUTH_INTROSPECTION).toBe('off');
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

  it('lists what is missing to ask about tokens, along with all else', () => {
    const faults = faultsOf({
      ...good,
      OAUTH_INTROSPECTION: 'on',
      OAUTH_CLIENT_SECRET: '',
      ORDERS_API_URL: 'hunter2',
    });

    expect(faults).toContain('OAUTH_CLIENT_ID: is missing');
    expect(faults).toContain('OAUTH_CLIENT_SECRET: is missing');
    expect(faults).toContainEqual(expect.stringMatching(/^ORDERS_API_URL: must be/));
    expect(faults).toHaveLength(3);
  });

  it.each([
    ['OAUTH_INTROSPECTION', 'yes', 'must be on or off'],
    ['OAUTH_INTROSPECTION_ENDPOINT', 'http://auth.example/introspect', 'must use https'],
    ['OAUTH_INTROSPECTION_CACHE_SECONDS', '61', 'must be at most 60 seconds'],
    ['OAUTH_INTROSPECTION_CACHE_SECONDS', '-1', 'must be at least 0 seconds'],
    ['OAUTH_COMPATIBILITY', 'typ_jwt,typ_none', 'name 2 of the list is none of typ_jwt, scope_as'],
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
