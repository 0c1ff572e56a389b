import { describe, expect, it } from 'vitest';
import { GuardsOptions } from './guards-options.js';

const safe = { issuer: 'https://auth.example', resource: 'https://api.example/v1' };

const introspecting = { clientId: 'c', clientSecret: async () => 's' };

describe('the options of the guards', () => {
  it('have safe defaults', () => {
    const options = new GuardsOptions(safe);

    expect(options.audience).toBe('https://api.example/v1');
    expect(options.algorithms).toEqual(['ES256', 'PS256', 'EdDSA', 'Ed25519', 'RS256']);
    expect(options.clockToleranceSeconds).toBe(10);
    expect(options.compatibility).toEqual([]);
  });

  it.each([0, 60])(
    'let answers of the introspection endpoint be kept for %i seconds',
    (cacheSeconds) => {
      const introspection = { ...introspecting, cacheSeconds };

      expect(() => new GuardsOptions({ ...safe, introspection })).not.toThrow();
    },
  );

  it('R24 put the well-known part between host and path', () => {
    expect(new GuardsOptions(safe).metadataUrl).toBe(
      'https://api.example/.well-known/oauth-protected-resource/v1',
    );
  });

  // RFC 9728 1.2 recommends against the query, and allows it.
  it.each([
    ['https://api.example', ''],
    ['https://api.example/', ''],
    ['http://localhost:3001/v1/things', '/v1/things'],
    ['https://api.example/?tenant=t', '?tenant=t'],
    ['https://api.example/v1?tenant=t', '/v1?tenant=t'],
  ])('R24 have the resource %s', (resource, rest) => {
    const { metadataUrl } = new GuardsOptions({ ...safe, resource });

    expect(metadataUrl).toBe(
      `${new URL(resource).origin}/.well-known/oauth-protected-resource${rest}`,
    );
  });

  it.each([
    { ...safe, algorithms: ['HS256'] },
    { ...safe, algorithms: ['ES256', 'none'] },
    { ...safe, clockToleranceSeconds: 61 },
    { ...safe, clockToleranceSeconds: -1 },
    ...[0, 0.5, 31, Number.NaN].map((pollSeconds) => ({
      ...safe,
      revocationFeed: { clientId: 'c', clientSecret: async () => '', pollSeconds },
    })),
    { ...safe, issuer: '' },
    { ...safe, audience: '' },
    ...[
      'urn:orders',
      'orders',
      'ftp://a.example',
      'https://a.example/#x',
      'https://a.example/#',
    ].map((resource) => ({ ...safe, resource })),
    { ...safe, resource: 'https://api.example/v1/' },
    { ...safe, resource: 'https://api.example/caf%C3%A9' },
    { ...safe, resource: 'https://api.example/{tenant}' },
    { ...safe, introspection: { ...introspecting, cacheSeconds: 61 } },
    { ...safe, introspection: { ...introspecting, cacheSeconds: -1 } },
    { ...safe, introspection: { ...introspecting, cacheSeconds: Number.NaN } },
  ])('cannot be made unsafe by %j', (options) => {
    expect(() => new GuardsOptions(options)).toThrow(RangeError);
  });
});
