import { generateKeyPairSync } from 'node:crypto';
import { ConfigurationError, loadConfiguration } from '@m2m/service-defaults';
import { describe, expect, it } from 'vitest';
import { billingRegistration } from './billing.registration.js';
import { billingWorkerConfiguration } from './configuration.js';

const good = {
  BILLING_DATABASE_URL: 'postgres://localhost/billing',
  OAUTH_ISSUER: 'https://auth.example',
  OAUTH_CLIENT_ID: 'billing-worker',
  ORDERS_API_URL: 'https://orders.example',
};
const bySecret = { ...good, OAUTH_CLIENT_SECRET: 'secret' };
const KEY = JSON.stringify(
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }),
);
const byKey = {
  ...good,
  OAUTH_CLIENT_AUTH_METHOD: 'private_key_jwt',
  OAUTH_CLIENT_PRIVATE_KEY: KEY,
};

const load = (environment: NodeJS.ProcessEnv) =>
  loadConfiguration(billingWorkerConfiguration, environment);

function faultsOf(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    load(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

describe('the configuration of the billing-worker', () => {
  it('B10 asks for what billing needs, and names the API', () => {
    expect(billingRegistration(load(bySecret))).toMatchObject({
      apiUrl: 'https://orders.example',
      authMethod: 'client_secret_basic',
      scopes: ['orders:read', 'orders:bill'],
      resource: 'https://orders.example',
    });
  });

  it('takes a key in place of a secret', () => {
    const registration = billingRegistration(
      load({ ...byKey, OAUTH_CLIENT_ASSERTION_AUDIENCE: 'https://auth.example/token' }),
    );

    expect(registration).toMatchObject({
      authMethod: 'private_key_jwt',
      assertionAudience: 'https://auth.example/token',
    });
    expect(registration).not.toHaveProperty('clientSecret');
  });

  it('takes a secret and a key, of which it uses the one of its method', () => {
    const both = { ...byKey, OAUTH_CLIENT_SECRET: 'secret' };

    expect(billingRegistration(load(both))).not.toHaveProperty('clientSecret');
    const registration = billingRegistration(
      load({ ...both, OAUTH_CLIENT_AUTH_METHOD: 'client_secret_post' }),
    );
    expect(registration).not.toHaveProperty('privateKey');
  });

  it.each([
    ['resource', { resource: 'urn:orders' }],
    ['audience', { parameters: { audience: 'urn:orders' } }],
    ['none', {}],
  ])('asks for the audience as an issuer wants it: %s', (parameter, expected) => {
    const { resource, parameters } = billingRegistration(
      load({
        ...bySecret,
        ORDERS_API_AUDIENCE: 'urn:orders',
        OAUTH_AUDIENCE_PARAMETER: parameter,
      }),
    );

    expect({ resource, parameters }).toEqual(expected);
  });

  it('asks for the scopes as an issuer names them', () => {
    const { scopes } = billingRegistration(
      load({ ...bySecret, OAUTH_SCOPE: 'api://orders/.default' }),
    );

    expect(scopes).toEqual(['api://orders/.default']);
  });

  it.each<[string, NodeJS.ProcessEnv, string]>([
    ['no secret', good, 'OAUTH_CLIENT_SECRET: is missing'],
    [
      'no secret to post',
      { ...good, OAUTH_CLIENT_AUTH_METHOD: 'client_secret_post' },
      'OAUTH_CLIENT_SECRET: is missing',
    ],
    [
      'no secret but a key',
      { ...byKey, OAUTH_CLIENT_AUTH_METHOD: 'client_secret_basic' },
      'OAUTH_CLIENT_SECRET: is missing',
    ],
    ['no key', { ...byKey, OAUTH_CLIENT_PRIVATE_KEY: '' }, 'OAUTH_CLIENT_PRIVATE_KEY: is missing'],
    [
      'no key but a secret',
      { ...bySecret, OAUTH_CLIENT_AUTH_METHOD: 'private_key_jwt' },
      'OAUTH_CLIENT_PRIVATE_KEY: is missing',
    ],
    [
      'a key that is none',
      { ...byKey, OAUTH_CLIENT_PRIVATE_KEY: 'hunter2' },
      'OAUTH_CLIENT_PRIVATE_KEY: must be a private key, as a JWK or as PKCS#8 in PEM',
    ],
    [
      'a method that there is not',
      { ...bySecret, OAUTH_CLIENT_AUTH_METHOD: 'none' },
      'OAUTH_CLIENT_AUTH_METHOD: must be client_secret_basic, client_secret_post or private_key_jwt',
    ],
    [
      'scopes that are none',
      { ...bySecret, OAUTH_SCOPE: 'orders:read, "orders:bill"' },
      'OAUTH_SCOPE: must be scopes, separated by single spaces',
    ],
    [
      'a parameter that there is not',
      { ...bySecret, OAUTH_AUDIENCE_PARAMETER: 'aud' },
      'OAUTH_AUDIENCE_PARAMETER: must be resource, audience or none',
    ],
  ])('refuses %s', (_what, environment, fault) => {
    expect(faultsOf(environment)).toEqual([fault]);
  });

  it('lists a missing credential along with all else', () => {
    const faults = faultsOf({ OAUTH_CLIENT_AUTH_METHOD: 'private_key_jwt', API_DOCS: 'maybe' });

    expect(faults).toContain('OAUTH_CLIENT_PRIVATE_KEY: is missing');
    expect(faults).toContain('OAUTH_CLIENT_ID: is missing');
    expect(faults).toContainEqual(expect.stringMatching(/^API_DOCS: must be/));
  });
});
