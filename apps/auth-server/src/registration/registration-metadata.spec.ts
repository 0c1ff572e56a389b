import { TestSigningKey } from '@m2m/testing';
import { describe, expect, it } from 'vitest';
import { RegistrationError } from './registration-error.js';
import { registrationRequest, scopeWithin, updateRequest } from './registration-metadata.js';

const ALLOWED = ['things:read', 'things:write'];

describe('the scope to be registered', () => {
  it('C06 is all that is allowed if none is asked for', () => {
    expect(scopeWithin(ALLOWED, undefined)).toBe('things:read things:write');
  });

  it.each(['things:read', 'things:write things:read', ''])(
    'C06 is what is asked for: %s',
    (asked) => {
      expect(scopeWithin(ALLOWED, asked)).toBe(asked);
    },
  );

  it.each(['things:delete', 'things:read clients:write', 'THINGS:READ'])(
    'C06 is refused beyond that: %s',
    (asked) => {
      expect(() => scopeWithin(ALLOWED, asked)).toThrow(RegistrationError);
    },
  );
});

describe('the metadata of a registration', () => {
  it('has the defaults of a client with a secret', () => {
    expect(registrationRequest.parse({})).toEqual({
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
    });
  });

  it('C06 has no client_id and nothing that is not known here', () => {
    const asked = {
      client_id: 'mine',
      disabled: true,
      access_token_lifetime: 600,
      redirect_uris: ['https://client.example/'],
      client_name: 'Mine',
    };

    const { client_name: name, ...others } = registrationRequest.parse(asked);

    expect(name).toBe('Mine');
    expect(Object.keys(others).sort()).toEqual(['grant_types', 'token_endpoint_auth_method']);
  });

  it.each([
    ['another grant', { grant_types: ['authorization_code'] }],
    ['a grant besides', { grant_types: ['client_credentials', 'password'] }],
    ['no authentication', { token_endpoint_auth_method: 'none' }],
    ['no keys', { token_endpoint_auth_method: 'private_key_jwt' }],
    ['keys besides a secret', { jwks_uri: 'https://client.example/jwks' }],
    ['no object', 'text'],
    ['nothing', undefined],
  ])('C06 is refused with %s', (_kind, request) => {
    expect(registrationRequest.safeParse(request).success).toBe(false);
  });

  it('is refused with keys in two ways', async () => {
    const { publicJwk } = await TestSigningKey.generate('a');
    const keys = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [publicJwk] } };

    expect(registrationRequest.safeParse(keys).success).toBe(true);
    const both = { ...keys, jwks_uri: 'https://client.example/jwks' };
    expect(registrationRequest.safeParse(both).success).toBe(false);
  });
});

describe('the metadata of an update', () => {
  it('names the client', () => {
    expect(updateRequest.safeParse({ client_id: 'mine' }).success).toBe(true);
    expect(updateRequest.safeParse({}).success).toBe(false);
  });

  it.each([
    { client_id_issued_at: 1 },
    { client_secret_expires_at: 0 },
    { registration_access_token: 'a' },
    { registration_client_uri: 'https://issuer.example' },
  ])('is refused with what the server alone decides: %o', (member) => {
    expect(updateRequest.safeParse({ client_id: 'mine', ...member }).success).toBe(false);
  });
});
