import { RESOURCE_SERVER_NAMES, RESOURCE_SERVERS } from './resource-servers.ts';
import type { ResourceServerName } from './resource-servers.ts';
import { WORKER_NAMES, WORKERS } from './workers.ts';
import type { Worker } from './workers.ts';

export interface ScopeRegistration {
  readonly name: string;
  readonly description: string;
}

export interface ResourceServerRegistration {
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly ScopeRegistration[];
}

/** With RFC 7591's names. */
export interface ClientRegistration {
  readonly client_id: string;
  readonly client_name: string;
  readonly token_endpoint_auth_method: string;
  readonly grant_types: readonly string[];
  readonly scope: string;
  readonly [metadata: string]: unknown;
}

export interface Registry {
  readonly resource_servers: readonly ResourceServerRegistration[];
  readonly clients: readonly ClientRegistration[];
}

/** The addresses that tokens name; a resource server without one is not registered, nor is who calls it. */
export interface PublicUrls {
  readonly urls: Readonly<Partial<Record<ResourceServerName, string>>>;
}

/** The resource servers of this system and the clients that every installation of it has. */
export function demoRegistry({ urls }: PublicUrls): Registry {
  return {
    resource_servers: RESOURCE_SERVER_NAMES.flatMap((name) => {
      const identifier = urls[name];
      return identifier === undefined ? [] : [{ identifier, name, scopes: scopesOf(name) }];
    }),
    clients: [
      ...WORKER_NAMES.flatMap((name) => {
        const { clientName, calls, scope }: Worker = WORKERS[name];
        return urls[calls] === undefined ? [] : [demoClient(name, clientName, scope)];
      }),
      demoClient('order-entry', 'Order entry', 'orders:read orders:write'),
      demoClient('operator', 'Operator', 'clients:read clients:write'),
    ],
  };
}

/** Both registries in one; where both know a name, the second one's entry counts. */
export function mergeRegistries(first: Registry, second: Registry): Registry {
  return {
    resource_servers: mergeBy(
      first.resource_servers,
      second.resource_servers,
      (server) => server.identifier,
    ),
    clients: mergeBy(first.clients, second.clients, (client) => client.client_id),
  };
}

function scopesOf(name: ResourceServerName): ScopeRegistration[] {
  const scopes: Readonly<Record<string, string>> = RESOURCE_SERVERS[name].scopes;
  return Object.entries(scopes).map(([scope, description]) => ({ name: scope, description }));
}

function demoClient(clientId: string, name: string, scope: string): ClientRegistration {
  return {
    client_id: clientId,
    client_name: name,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['client_credentials'],
    scope,
  };
}

function mergeBy<T>(first: readonly T[], second: readonly T[], key: (entry: T) => string): T[] {
  return [...new Map([...first, ...second].map((entry) => [key(entry), entry])).values()];
}
