import { z } from 'zod';
import type { ClientEntity } from './client.entity.js';
import type { ClientSecretEntity } from './client-secret.entity.js';
import { clientAuthMethods } from './registered-client.js';

const time = z.iso.datetime();

const clientSecret = z.object({
  secret_id: z.string(),
  /** The last characters of the secret. */
  hint: z.string(),
  created_at: time,
  /** From here on it is refused; null for one without an end. */
  expires_at: time.nullable(),
  /** To the hour; null if it has not been used yet. */
  last_used_at: time.nullable(),
});

/** A client, as the admin API shows it, with the metadata names of RFC 7591 2. Never a secret or its digest. */
export const clientRepresentation = z.object({
  client_id: z.string(),
  client_name: z.string(),
  token_endpoint_auth_method: z.enum(clientAuthMethods),
  grant_types: z.array(z.string()),
  scope: z.string(),
  jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).optional(),
  jwks_uri: z.string().optional(),
  /** Seconds; null for the server's own setting. */
  access_token_lifetime: z.number().nullable(),
  disabled: z.boolean(),
  /** Its access tokens issued before are revoked; null if none are. */
  tokens_valid_from: time.nullable(),
  /** The secrets that are good now, oldest first. */
  client_secrets: z.array(clientSecret),
  created_at: time,
  created_by: z.string(),
  updated_at: time,
  updated_by: z.string(),
});

/** A page of clients; `nextCursor` is null on the last one. */
export const clientPage = z.object({
  items: z.array(clientRepresentation),
  nextCursor: z.string().nullable(),
});

/** A client with a secret it has just been given, which is shown this one time (RFC 7591 3.2.1). */
export const clientWithSecret = clientRepresentation.extend({
  client_secret: z.string().optional(),
  /** Seconds since the epoch; 0 for a secret without an end. */
  client_secret_expires_at: z.number().optional(),
});

export type ClientRepresentation = z.output<typeof clientRepresentation>;
export type ClientPage = z.output<typeof clientPage>;
export type ClientWithSecret = z.output<typeof clientWithSecret>;

export function representClient(client: ClientEntity): ClientRepresentation {
  return {
    client_id: client.clientId,
    client_name: client.clientName,
    token_endpoint_auth_method: client.authMethod,
    grant_types: client.grantTypes,
    scope: scopesOf(client).join(' '),
    ...(client.jwks && { jwks: client.jwks }),
    ...(client.jwksUri !== null && { jwks_uri: client.jwksUri }),
    access_token_lifetime: client.accessTokenLifetime,
    disabled: client.disabled,
    tokens_valid_from: client.tokensValidFrom?.toISOString() ?? null,
    client_secrets: client.secrets
      .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
      .map(representSecret),
    created_at: client.createdAt.toISOString(),
    created_by: client.createdBy,
    updated_at: client.updatedAt.toISOString(),
    updated_by: client.updatedBy,
  };
}

/** @param secret undefined where the client was given none. */
export function representClientWithSecret(
  client: ClientEntity,
  secret: string | undefined,
): ClientWithSecret {
  return {
    ...representClient(client),
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
  };
}

/** The names of the scopes a client holds, in the order of the alphabet. */
export function scopesOf({ scopes }: Pick<ClientEntity, 'scopes'>): string[] {
  return scopes.map(({ name }) => name).sort();
}

function representSecret(secret: ClientSecretEntity): z.output<typeof clientSecret> {
  return {
    secret_id: secret.secretId,
    hint: secret.hint,
    created_at: secret.createdAt.toISOString(),
    expires_at: secret.expiresAt?.toISOString() ?? null,
    last_used_at: secret.lastUsedAt?.toISOString() ?? null,
  };
}
