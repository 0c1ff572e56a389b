import { z } from 'zod';
import { clientKeyAlgorithms } from '../client-keys/client-key.js';
import { clientId } from '../clients/client-id.js';
import { clientJwks, clientJwksUri } from '../clients/client-jwks.js';
import { clientAuthMethods } from '../clients/registered-client.js';
import { scopeName } from '../resource-servers/scope-name.js';

const resourceServer = z.strictObject({
  identifier: z
    .url('must be an absolute URL')
    .refine((value) => !value.includes('#'), 'must have no fragment'),
  name: z.string().min(1),
  scopes: z.array(z.strictObject({ name: scopeName, description: z.string() })),
});

const clientFields = z.strictObject({
  client_id: clientId,
  client_name: z.string().min(1),
  token_endpoint_auth_method: z.enum(clientAuthMethods),
  grant_types: z.array(z.string()).default(['client_credentials']),
  scope: z.string().transform((value) => value.split(' ').filter((name) => name !== '')),
  /** The names of the resource servers that it asks about tokens for (RFC 7662). */
  resource_servers: z.array(z.string()).default([]),
  jwks: clientJwks.optional(),
  jwks_uri: clientJwksUri.optional(),
  /** What the key that is made for a client without keys is for. */
  token_endpoint_auth_signing_alg: z.enum(clientKeyAlgorithms).optional(),
});

const client = clientFields.superRefine((fields, context) => {
  const fault = keyFault(fields);
  if (fault !== undefined) context.addIssue(fault);
});

function keyFault(fields: z.output<typeof clientFields>): string | undefined {
  const { jwks, jwks_uri: jwksUri, token_endpoint_auth_signing_alg: alg } = fields;
  const given = [jwks, jwksUri, alg].filter((value) => value !== undefined).length;
  if (given > 1) {
    return 'must have at most one of jwks, jwks_uri and token_endpoint_auth_signing_alg';
  }
  return given === 1 && fields.token_endpoint_auth_method !== 'private_key_jwt'
    ? 'must have keys with token_endpoint_auth_method private_key_jwt only'
    : undefined;
}

/** The resource servers and clients that a deployment starts with, with the metadata names of RFC 7591 2. */
export const registryDocument = z.strictObject({
  resource_servers: z.array(resourceServer),
  clients: z.array(client),
});

export type RegistryDocument = z.output<typeof registryDocument>;
export type ResourceServerDocument = RegistryDocument['resource_servers'][number];
export type ClientDocument = RegistryDocument['clients'][number];
