import { z } from 'zod';
import { clientChanges, keyFault, newClient, scopeNames } from '../clients/client-metadata.js';
import { invalidClientMetadata } from './registration-error.js';

// RFC 7592 2.2: what the server alone decides must not be sent back to it.
const serversOwn = z.never('must not be sent').optional();

const metadata = {
  client_name: newClient.shape.client_name,
  token_endpoint_auth_method: newClient.shape.token_endpoint_auth_method,
  grant_types: newClient.shape.grant_types,
  scope: clientChanges.shape.scope,
  jwks: newClient.shape.jwks,
  jwks_uri: newClient.shape.jwks_uri,
};

/**
 * The body of a registration (RFC 7591 3.1). Members that mean nothing here are ignored (RFC 7591 2),
 * among them `redirect_uris`, since nothing is redirected, and `client_id`, which the server chooses.
 */
export const registrationRequest = z.object(metadata).superRefine(refuseUnfitKeys);

/** The body of an update, which stands for all that is registered (RFC 7592 2.2). */
export const updateRequest = z
  .object({
    ...metadata,
    client_id: z.string('must be text'),
    client_secret: z.string('must be text').optional(),
    client_id_issued_at: serversOwn,
    client_secret_expires_at: serversOwn,
    registration_access_token: serversOwn,
    registration_client_uri: serversOwn,
  })
  .superRefine(refuseUnfitKeys);

export type RegistrationRequest = z.output<typeof registrationRequest>;
export type UpdateRequest = z.output<typeof updateRequest>;

/**
 * The `scope` to be registered: what is asked for or, if nothing is, all that is allowed.
 *
 * @throws RegistrationError if more is asked for: it is never dropped in silence.
 */
export function scopeWithin(allowed: readonly string[], asked: string | undefined): string {
  const names = asked === undefined ? allowed : scopeNames(asked);
  if (names.every((name) => allowed.includes(name))) return names.join(' ');
  throw invalidClientMetadata('scope holds more than this client may register for');
}

function refuseUnfitKeys(client: Parameters<typeof keyFault>[0], context: z.RefinementCtx): void {
  const fault = keyFault(client);
  if (fault) context.addIssue(fault);
}
