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

/** Token requests to our auth-server by a client with a secret. */
export async function requestsBySecret(measured: MeasuredSystem): Promise<TokenRequests> {
  const { client_secret = '' } = await measured.system.credentials(SECRET_CLIENT);
  return ownRequests(measured, {
    method: 'client_secret_basic',
    clientId: SECRET_CLIENT,
    clientSecret: client_secret,
  });
}

/** Token requests to our auth-server by the client that {@link keyClientRegistry} registers. */
export function requestsByKey(
  measured: MeasuredSystem,
  { privateKey }: KeyPair,
): Promise<TokenRequests> {
  return ownRequests(measured, { method: 'private_key_jwt', clientId: KEY_CLIENT, privateKey });
}

/** Token requests to our auth-server by clients that authenticate as is said. */
export async function ownRequests(
  { system }: MeasuredSystem,
  authentication: TokenRequests['authentication'],
): Promise<TokenRequests> {
  const { 'auth-server': issuer, 'orders-api': resource } = system.urls;
  const publicKey = await publishedKey(issuer);
  return { kind: 'token', authentication, issuer, resource, scope: SCOPE, publicKey };
}
