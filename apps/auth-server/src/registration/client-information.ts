import type { ClientAndSecret } from '../clients/client.transactions.js';
import type { ClientEntity } from '../clients/client.entity.js';
import { scopesOf } from '../clients/client-representation.js';
import type { RegistrationSettings } from './registration.settings.js';

/** The client information response (RFC 7591 3.2.1, RFC 7592 3). */
export interface ClientInformation {
  readonly client_id: string;
  /** Seconds since the epoch. */
  readonly client_id_issued_at: number;
  /** Only where it has just been given. */
  readonly client_secret?: string;
  /** Seconds since the epoch; 0 for a secret without an end. */
  readonly client_secret_expires_at?: number;
  readonly registration_access_token: string;
  readonly registration_client_uri: string;
  readonly client_name: string;
  readonly token_endpoint_auth_method: string;
  readonly grant_types: readonly string[];
  readonly scope: string;
  readonly jwks?: object;
  readonly jwks_uri?: string;
}

/** @param token that the client has been given, or has come with: the server keeps none. */
export function clientInformation(
  { client, secret }: ClientAndSecret,
  token: string,
  settings: RegistrationSettings,
): ClientInformation {
  return {
    client_id: client.clientId,
    client_id_issued_at: Math.floor(client.createdAt.getTime() / 1_000),
    ...(secret !== undefined && { client_secret: secret }),
    ...(client.secrets.length > 0 && { client_secret_expires_at: lastEndOf(client) }),
    registration_access_token: token,
    registration_client_uri: settings.clientUri(client.clientId),
    client_name: client.clientName,
    token_endpoint_auth_method: client.authMethod,
    grant_types: client.grantTypes,
    scope: scopesOf(client).join(' '),
    ...(client.jwks && { jwks: client.jwks }),
    ...(client.jwksUri !== null && { jwks_uri: client.jwksUri }),
  };
}

function lastEndOf({ secrets }: ClientEntity): number {
  const ends = secrets.map(({ expiresAt }) => expiresAt?.getTime() ?? Infinity);
  const last = Math.max(...ends);
  return last === Infinity ? 0 : Math.floor(last / 1_000);
}
