import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { findFreePort } from '../local-system/ports.ts';
import { Consumer } from './consumer.ts';
import { Issuer } from './fixtures/issuer.ts';
import { packageContract } from './package-contract.ts';
import { readmeExample } from './readme-example.ts';

const RESOURCE = 'https://orders.example.com';
const METADATA = `resource_metadata="${RESOURCE}/.well-known/oauth-protected-resource"`;

// It is built, packed and installed from the registry, which takes its time on a small machine.
describe('guards, installed from its package', { timeout: 240_000 }, () => {
  let consumer: Consumer;
  let issuer: Issuer;

  beforeAll(async () => {
    issuer = await Issuer.start();
    consumer = await Consumer.create('guards', [
      '@nestjs/common',
      '@nestjs/core',
      '@nestjs/platform-fastify',
      '@types/node',
    ]);
  }, 300_000);

  afterAll(async () => {
    issuer.stop();
    await consumer.remove();
  });

  packageContract(() => consumer, {
    lib: 'guards',
    exports: [
      'AccessTokenVerifier',
      'Client',
      'Compatibility',
      'CurrentClient',
      'GuardsEvents',
      'GuardsModule',
      'GuardsModuleAsyncOptions',
      'GuardsModuleOptions',
      'GuardsModuleSettings',
      'OAUTH2_SECURITY_SCHEME',
      'Public',
      'Refusal',
      'RequireAnyScope',
      'RequireScopes',
      'RevocationCheck',
      'VerificationOptions',
      'compatibilities',
      'refusalReasons',
    ],
  });

  it('protects the API that its README shows', async () => {
    const port = await findFreePort();
    const example = { 'https://auth.example.com': issuer.url, '3000': String(port) };
    await consumer.compile(await readmeExample('guards', example));
    consumer.start();
    const call = (path: string, headers = {}) =>
      fetch(`http://localhost:${port}/${path}`, { headers });
    await vi.waitFor(() => call('health'), { timeout: 60_000, interval: 200 });

    const refused = await call('orders');
    const token = await issuer.token(RESOURCE, 'orders:read');
    const answered = await call('orders', { authorization: `Bearer ${token}` });

    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe(`Bearer ${METADATA}`);
    expect([answered.status, await answered.json()]).toEqual([200, { orders: [], for: 'example' }]);
  });
});
