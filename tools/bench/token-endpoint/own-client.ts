import type { Registry } from '../../local-system/index.ts';
import type { TokenRequests } from '../load/workloads/token-requests.ts';
import type { MeasuredSystem } from '../system/measured-system.ts';
import { publishedKey } from '../system/signing-key.ts';
import type { KeyPair } from '../keys/key-pair.ts';

/** The scopes that every contender's client asks for. */
export const SCOPE = 'orders:read orders:write';

const KEY_CLIENT = 'bench-key-client';
/** One of the system's own clients, which have these scopes. */
const SECRET_CLIENT = 'order-entry';

/** Registers a client that authenticates by the given key. */
export function keyClientRegistry({ publicKey }: KeyPair): Registry {
  return {
    resource_servers: [],
    clients: [
      {
        client_id: KEY_CLIENT,
        client_name: 'Benchmark',
        token_endpoint_auth_method: 'private_key_jwt',
        grant_types: ['client_credentials'],
        scope: SCOPE,
        jwks: { keys: [publicKey] },
      },
    ],
  };
}

/** Token requests to our auth-server, by a secret and by assertions. */
export async function ownTokenRequests(
  { system }: MeasuredSystem,
  { privateKey }: KeyPair,
  assertions: number,
): Promise<{ readonly bySecret: TokenRequests; readonly byAssertion: TokenRequests }> {
  const { 'auth-server': issuer, 'orders-api': resource } = system.urls;
  const { client_secret: clientSecret = '' } = await system.credentials(SECRET_CLIENT);
  const publicKey = await publishedKey(issuer);
  const common = { kind: 'token', issuer, resource, scope: SCOPE, publicKey } as const;
  const clients = [{ clientId: SECRET_CLIENT, clientSecret }];
  return {
    bySecret: { ...common, authentication: { method: 'client_secret_basic', clients } },
    byAssertion: {
      ...common,
      authentication: { method: 'private_key_jwt', clientId: KEY_CLIENT, privateKey, assertions },
    },
  };
}
