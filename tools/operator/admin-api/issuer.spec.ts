import { describe, expect, it } from 'vitest';
import { issuerFrom } from './issuer.ts';

describe('issuerFrom', () => {
  it('is where npm start runs the auth-server', () => {
    expect(issuerFrom(undefined, {}).href).toBe('http://localhost:3000/');
    expect(issuerFrom(undefined, { AUTH_SERVER_PORT: '4000' }).href).toBe('http://localhost:4000/');
  });

  it('prefers what is given to the environment', () => {
    const environment = { OAUTH_ISSUER: 'https://a.example', AUTH_SERVER_PORT: '4000' };
    expect(issuerFrom(undefined, environment).href).toBe('https://a.example/');
    expect(issuerFrom('https://b.example/x', environment).href).toBe('https://b.example/x');
  });

  it.each(['http://127.0.0.1:3000', 'http://[::1]:3000', 'http://localhost'])('takes %s', (url) => {
    expect(issuerFrom(url, {}).protocol).toBe('http:');
  });

  it.each([
    'http://auth.example',
    'http://localhost.example',
    'http://127.0.0.1.example',
    'ftp://localhost',
    'localhost:3000',
    'auth.example',
    '',
    'https://auth.example?x=1',
    'https://auth.example#x',
  ])('refuses %j, because credentials would be sent there', (url) => {
    expect(() => issuerFrom(url, {})).toThrow(expect.objectContaining({ exitCode: 2 }) as Error);
  });
});
