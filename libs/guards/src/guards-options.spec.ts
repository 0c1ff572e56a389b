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
    { ...safe, introspection: { ...introspecting, cacheSeconds: 61 } },
    { ...safe, introspection: { ...introspecting, cacheSeconds: -1 } },
    { ...safe, introspection: { ...introspecting, cacheSeconds: Number.NaN } },
  ])('cannot be made unsafe by %j', (options) => {
    expect(() => new GuardsOptions(options)).toThrow(RangeError);
  });
});
