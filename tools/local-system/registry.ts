import type { AppRecord } from './apps.ts';

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

/** The addresses that tokens name. */
export interface PublicUrls {
  readonly urls: Pick<AppRecord<string>, 'auth-server' | 'orders-api'>;
}

/** The resource servers of this system and the clients that every installation of it has. */
export function demoRegistry({ urls }: PublicUrls): Registry {
  return {
    resource_servers: [
      {
        identifier: urls['orders-api'],
        name: 'orders-api',
        scopes: [
          { name: 'orders:read', description: 'Read every order' },
          { name: 'orders:write', description: 'Place orders' },
          { name: 'orders:bill', description: 'Record that an order was billed' },
        ],
      },
      {
        identifier: urls['auth-server'],
        name: 'auth-server',
        scopes: [
          { name: 'clients:read', description: 'Read the registry of clients' },
          { name: 'clients:write', description: 'Register, change and remove clients' },
        ],
      },
    ],
    clients: [
      demoClient('billing-worker', 'Billing worker', 'orders:read orders:bill'),
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
