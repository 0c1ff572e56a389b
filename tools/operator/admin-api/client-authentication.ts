import { ClientSecretBasic, PrivateKeyJwt } from 'openid-client';
import type { ClientAuth } from 'openid-client';
import type { ClientCredentials } from '../../local-system/client-credentials.ts';
import { noAccess } from './no-access.ts';

/** For keys that do not name their algorithm. */
const ALGORITHMS: Readonly<Record<string, string>> = { EC: 'ES256', RSA: 'PS256', OKP: 'EdDSA' };

/** How credentials authenticate: a secret by HTTP Basic (RFC 6749 2.3.1), a key by `private_key_jwt` (RFC 7523 2.2). */
export async function clientAuthentication(credentials: ClientCredentials): Promise<ClientAuth> {
  const { client_id: clientId, client_secret: secret, private_key: key } = credentials;
  if (secret) return ClientSecretBasic(secret);
  if (key) return privateKeyJwt(clientId, key);
  throw noAccess(
    'no_credentials',
    `the credentials of ${clientId} hold neither a secret nor a key`,
  );
}

async function privateKeyJwt(
  clientId: string,
  jwk: Readonly<Record<string, unknown>>,
): Promise<ClientAuth> {
  // Loaded where it is needed: most credentials are secrets, and a command should start at once.
  const { importJWK } = await import('jose');
  const { alg, kty, kid } = jwk;
  try {
    const key = await importJWK(jwk, typeof alg === 'string' ? alg : ALGORITHMS[String(kty)]);
    // A symmetric one would do for client_secret_jwt, which is no method of ours.
    if (!(key instanceof Uint8Array)) {
      return PrivateKeyJwt({ key, ...(typeof kid === 'string' && { kid }) });
    }
  } catch {
    // The message of the library may hold a part of the key.
  }
  throw noAccess('no_credentials', `the private_key of ${clientId} is no private key (RFC 7517)`);
}
