import { describe, expect, it } from 'vitest';
import { authenticateClient } from './client-authentication.js';
import { type ClientRegistration } from './client-registration.js';

const registration = (authMethod: ClientRegistration['authMethod']): ClientRegistration => ({
  issuer: 'https://auth.example',
  clientId: 'a:b c',
  clientSecret: async () => 'p%ä+',
  authMethod,
  scopes: [],
  resource: 'https://api.example',
});

describe('the authentication of a client', () => {
  it('A02 form-encodes both parts of Basic credentials', async () => {
    const { headers, parameters } = await authenticateClient(registration('client_secret_basic'));

    const [scheme, encoded = ''] = headers['authorization']?.split(' ') ?? [];
    expect(scheme).toBe('Basic');
    expect(Buffer.from(encoded, 'base64').toString()).toBe('a%3Ab+c:p%25%C3%A4%2B');
    expect(parameters).toEqual({});
  });

  it('leaves the header alone when the secret goes into the body', async () => {
    const authentication = await authenticateClient(registration('client_secret_post'));

    expect(authentication).toEqual({
      headers: {},
      parameters: { client_id: 'a:b c', client_secret: 'p%ä+' },
    });
  });
});
