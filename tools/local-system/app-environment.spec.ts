import { describe, expect, it } from 'vitest';
import { addressesOf } from './addresses.ts';
import { appEnvironment } from './app-environment.ts';
import { APPS, forEachApp } from './apps.ts';
import { DataDirectory } from './data-directory.ts';

const addresses = addressesOf(forEachApp((name) => APPS[name].defaultPort));
const data = new DataDirectory('/data');

describe('appEnvironment', () => {
  it('passes secrets as files', () => {
    const environment = appEnvironment('billing-worker', addresses, data, {});
    expect(environment).toMatchObject({
      BILLING_DATABASE_URL_FILE: '/data/secrets/billing-worker-database-url',
      OAUTH_CLIENT_SECRET_FILE: '/data/secrets/billing-worker-client-secret',
    });
    expect(environment).not.toHaveProperty('OAUTH_CLIENT_SECRET');
  });

  it('gives each app its own settings and the common issuer', () => {
    const environment = appEnvironment('orders-api', addresses, data, {});
    expect(environment).toMatchObject({
      ORDERS_API_PORT: '3001',
      ORDERS_API_URL: 'http://localhost:3001',
      OAUTH_ISSUER: 'http://localhost:3000',
    });
    expect(environment).not.toHaveProperty('AUTH_KEY_ENCRYPTION_KEY_FILE');
  });

  it('lets the documentation of the orders-api get tokens, and no other page', () => {
    const environment = appEnvironment('auth-server', addresses, data, {});
    expect(environment).toMatchObject({ CORS_ALLOWED_ORIGINS: 'http://localhost:3001' });
  });

  it('hands on settings of the apps, and nothing else of its surroundings', () => {
    const settings = { PATH: '/bin', LOG_LEVEL: 'debug', OTEL_TRACES_SAMPLER: 'always_on' };
    const surroundings = { ...settings, AWS_SECRET_ACCESS_KEY: 'x' };
    const environment = appEnvironment('auth-server', addresses, data, surroundings);
    expect(environment).toMatchObject(settings);
    expect(environment).not.toHaveProperty('AWS_SECRET_ACCESS_KEY');
  });
});
