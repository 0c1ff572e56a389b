import { describe, expect, it } from 'vitest';
import { discoverEndpoint } from './discover-endpoint.js';

const ISSUER = 'https://auth.example';

describe('discovery', () => {
  const found = (endpoint: unknown, issuer = ISSUER) =>
    discoverEndpoint(
      async () => Response.json({ issuer, introspection_endpoint: endpoint }),
      issuer,
      'introspection_endpoint',
    );

  it.each(['https://auth.example/introspect', 'https://other.example/introspect'])(
    'takes %s from the metadata of an issuer',
    async (endpoint) => {
      expect(await found(endpoint)).toBe(endpoint);
    },
  );

  it.each([
    'http://auth.example/introspect',
    'HTTP://auth.example/introspect',
    '/introspect',
    '',
    7,
    null,
    undefined,
  ])('RFC 7662 4: takes no %j from it, which would not be reached by TLS', async (endpoint) => {
    await expect(found(endpoint)).rejects.toThrow('names no usable introspection_endpoint');
  });

  it('takes plain HTTP where the issuer itself is reached by it', async () => {
    const endpoint = 'http://localhost:3000/oauth2/introspect';

    expect(await found(endpoint, 'http://localhost:3000')).toBe(endpoint);
  });
});
