import { randomBytes } from 'node:crypto';
import { ConfigurationError, loadConfiguration } from '@m2m/service-defaults';
import { describe, expect, it } from 'vitest';
import { authServerConfiguration } from './configuration.js';

const GOOD = {
  AUTH_DATABASE_URL: 'postgres://localhost/auth',
  OAUTH_ISSUER: 'https://auth.example',
  AUTH_KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
};

describe('the configuration of signing keys', () => {
  it('has safe defaults', () => {
    expect(loadConfiguration(authServerConfiguration, GOOD)).toMatchObject({
      SIGNING_KEY_ALGORITHM: 'ES256',
      SIGNING_KEY_ROTATION_SECONDS: 30 * 86_400,
      SIGNING_KEY_ANNOUNCEMENT_SECONDS: 600,
    });
  });

  it.each([
    ['SIGNING_KEY_ALGORITHM', 'HS256', 'must be one of ES256, PS256, RS256, EdDSA'],
    ['SIGNING_KEY_ANNOUNCEMENT_SECONDS', '9', 'must be at least 10 seconds'],
    ['SIGNING_KEY_ROTATION_SECONDS', 'monthly', 'must be a number of seconds'],
    [
      'SIGNING_KEY_ROTATION_SECONDS',
      '1199',
      'must be at least twice SIGNING_KEY_ANNOUNCEMENT_SECONDS',
    ],
    ['AUTH_KEY_ENCRYPTION_KEY_PREVIOUS', 'c2hvcnQ=', 'must be 32 random bytes in base64'],
  ])('refuses %s=%s', (name, value, reason) => {
    expect(faultsOf({ ...GOOD, [name]: value })).toEqual([`${name}: ${reason}`]);
  });

  it('tells periods that do not fit along with all other faults', () => {
    const faults = faultsOf({
      SIGNING_KEY_ROTATION_SECONDS: '30',
      SIGNING_KEY_ANNOUNCEMENT_SECONDS: '20',
    });

    expect(faults.map((fault) => fault.split(':')[0])).toEqual([
      ...Object.keys(GOOD),
      'SIGNING_KEY_ROTATION_SECONDS',
    ]);
  });

  it('takes a rotation of just twice the announcement', () => {
    const periods = {
      SIGNING_KEY_ROTATION_SECONDS: '20',
      SIGNING_KEY_ANNOUNCEMENT_SECONDS: '10',
    };

    expect(faultsOf({ ...GOOD, ...periods })).toEqual([]);
  });
});

describe('the configuration of dynamic registration', () => {
  it('C06 is off by default', () => {
    const configuration = loadConfiguration(authServerConfiguration, GOOD);

    expect(configuration.DYNAMIC_REGISTRATION_SCOPES).toBeUndefined();
  });

  it('takes scopes with single spaces between them', () => {
    const environment = { ...GOOD, DYNAMIC_REGISTRATION_SCOPES: 'orders:read orders:write' };

    expect(loadConfiguration(authServerConfiguration, environment)).toMatchObject({
      DYNAMIC_REGISTRATION_SCOPES: ['orders:read', 'orders:write'],
    });
  });

  it.each(['orders:read  orders:write', 'orders:read clients:write', 'clients:register'])(
    'C06 refuses %s',
    (value) => {
      expect(faultsOf({ ...GOOD, DYNAMIC_REGISTRATION_SCOPES: value })).toEqual([
        expect.stringMatching(/^DYNAMIC_REGISTRATION_SCOPES\b/),
      ]);
    },
  );
});

describe('the configuration of pages of other origins', () => {
  it('allows none by default', () => {
    expect(loadConfiguration(authServerConfiguration, GOOD)).toMatchObject({
      CORS_ALLOWED_ORIGINS: [],
    });
  });

  it('refuses a wildcard', () => {
    expect(faultsOf({ ...GOOD, CORS_ALLOWED_ORIGINS: '*' })).toEqual([
      expect.stringMatching(/^CORS_ALLOWED_ORIGINS: must be exact origins/),
    ]);
  });
});

function faultsOf(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfiguration(authServerConfiguration, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}
