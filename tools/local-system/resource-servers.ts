import type { AppRecord } from './apps.ts';

export interface ResourceServer {
  /** Names its resource identifier, which is its URL. */
  readonly urlVariable: string;
  /** Where the API itself has its scopes, for what it publishes about itself. */
  readonly scopesFile: string;
  /** Each scope with what it allows. */
  readonly scopes: Readonly<Record<string, string>>;
}

/** The catalogue of scopes, by the app whose tokens have them. */
export const RESOURCE_SERVERS = {
  'orders-api': {
    urlVariable: 'ORDERS_API_URL',
    scopesFile: 'libs/orders-contract/src/scopes.ts',
    scopes: {
      'orders:read': 'Read every order',
      'orders:write': 'Place orders',
      'orders:bill': 'Record that an order was billed',
    },
  },
  'auth-server': {
    urlVariable: 'OAUTH_ISSUER',
    scopesFile: 'apps/auth-server/src/admin/admin-scopes.ts',
    scopes: {
      'clients:read': 'Read the registry of clients',
      'clients:write': 'Register, change and remove clients',
    },
  },
} as const satisfies Partial<AppRecord<ResourceServer>>;

export type ResourceServerName = keyof typeof RESOURCE_SERVERS;

export const RESOURCE_SERVER_NAMES = Object.keys(RESOURCE_SERVERS) as readonly ResourceServerName[];

/** Whether an app is a resource server. */
export function isResourceServer(app: string): app is ResourceServerName {
  return app in RESOURCE_SERVERS;
}
