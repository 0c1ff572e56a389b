import { describe, expect, it } from 'vitest';
import { addressesOf } from './addresses.ts';
import { demoRegistry, mergeRegistries } from './registry.ts';

const registry = demoRegistry(
  addressesOf({ 'auth-server': 3000, 'orders-api': 3001, 'billing-worker': 3002 }),
);

describe('demoRegistry', () => {
  it('identifies each resource server by its URL', () => {
    expect(registry.resource_servers.map((server) => server.identifier)).toEqual([
      'http://localhost:3001',
      'http://localhost:3000',
    ]);
  });

  it('gives each client only scopes that exist', () => {
    const known = registry.resource_servers.flatMap((server) => server.scopes.map((s) => s.name));
    for (const { scope } of registry.clients) {
      expect(known).toEqual(expect.arrayContaining(scope.split(' ')));
    }
  });
});

describe('mergeRegistries', () => {
  it('adds what is new and replaces what is known', () => {
    const [worker] = registry.clients;
    const extra = {
      resource_servers: [],
      clients: [
        { ...worker, client_id: 'tester' },
        { ...worker, client_id: 'operator', scope: 'clients:read' },
      ],
    };
    const merged = mergeRegistries(registry, extra as typeof registry);
    expect(merged.clients.map((client) => [client.client_id, client.scope])).toEqual([
      ['billing-worker', 'orders:read orders:bill'],
      ['order-entry', 'orders:read orders:write'],
      ['operator', 'clients:read'],
      ['tester', 'orders:read orders:bill'],
    ]);
  });
});
