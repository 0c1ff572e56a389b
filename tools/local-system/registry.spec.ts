import { describe, expect, it } from 'vitest';
import { addressesOf } from './addresses.ts';
import { APPS, forEachApp } from './apps.ts';
import { demoRegistry, mergeRegistries } from './registry.ts';
import type { ClientRegistration } from './registry.ts';

const registry = demoRegistry(addressesOf(forEachApp((name) => APPS[name].defaultPort)));

describe('demoRegistry', () => {
  it('identifies each resource server by its URL', () => {
    const identifiers = registry.resource_servers.map((server) => [server.name, server.identifier]);
    expect(Object.fromEntries(identifiers)).toMatchObject({
      'orders-api': 'http://localhost:3001',
      'auth-server': 'http://localhost:3000',
    });
  });

  it('gives each client only scopes that exist', () => {
    const known = registry.resource_servers.flatMap((server) => server.scopes.map((s) => s.name));
    for (const { scope } of registry.clients) {
      expect(known).toEqual(expect.arrayContaining(scope.split(' ')));
    }
  });
});

describe('mergeRegistries', () => {
  const scopeOf = (client: ClientRegistration) => [client.client_id, client.scope] as const;

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
    const scopes = Object.fromEntries(registry.clients.map(scopeOf));
    expect(merged.clients.map(scopeOf)).toEqual(
      Object.entries({ ...scopes, operator: 'clients:read', tester: worker?.scope }),
    );
  });
});
