import { describe, expect, it } from 'vitest';
import { keyFault, scopeNames } from './client-metadata.js';

const keys = { keys: [] };
const uri = 'https://client.example/jwks';

describe('keyFault', () => {
  it.each([
    ['client_secret_basic', {}],
    ['client_secret_post', { jwks: null, jwks_uri: null }],
    ['private_key_jwt', { jwks: keys }],
    ['private_key_jwt', { jwks: null, jwks_uri: uri }],
  ] as const)('finds none with %s and %j', (token_endpoint_auth_method, given) => {
    expect(keyFault({ token_endpoint_auth_method, ...given })).toBeUndefined();
  });

  it.each([
    ['client_secret_basic', { jwks: keys }, 'jwks'],
    ['client_secret_post', { jwks_uri: uri }, 'jwks_uri'],
    ['private_key_jwt', {}, 'jwks'],
    ['private_key_jwt', { jwks: null }, 'jwks'],
    ['private_key_jwt', { jwks: keys, jwks_uri: uri }, 'jwks'],
  ] as const)('finds one with %s and %j', (token_endpoint_auth_method, given, field) => {
    expect(keyFault({ token_endpoint_auth_method, ...given })?.path).toEqual([field]);
  });
});

describe('scopeNames', () => {
  it.each([
    ['', []],
    ['a', ['a']],
    ['b a b', ['b', 'a']],
  ])('reads %j', (scope, names) => {
    expect(scopeNames(scope)).toEqual(names);
  });
});
