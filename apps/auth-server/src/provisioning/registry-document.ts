import { z } from 'zod';
import { clientAuthMethods } from '../clients/registered-client.js';

// RFC 6749 appendix A.4.
const scopeName = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be a scope token');

const resourceServer = z.strictObject({
  identifier: z
    .url('must be an absolute URL')
    .refine((value) => !value.includes('#'), 'must have no fragment'),
  name: z.string().min(1),
  scopes: z.array(z.strictObject({ name: scopeName, description: z.string() })),
});

/** File systems allow 255 bytes, of which `.json` and the name of the temporary file need some. */
const LONGEST_FILE_NAME = 200;

const client = z.strictObject({
  client_id: z
    .string()
    .regex(
      /^[^\p{Cc}\p{Cs}]{1,100}$/u,
      'must have 1 to 100 characters, none of them control characters',
    )
    .refine(
      (value) => encodeURIComponent(value).length <= LONGEST_FILE_NAME,
      'is too long for the name of its credential file',
    ),
  client_name: z.string().min(1),
  token_endpoint_auth_method: z.enum(clientAuthMethods),
  grant_types: z.array(z.string()).default(['client_credentials']),
  scope: z.string().transform((value) => value.split(' ').filter((name) => name !== '')),
});

/** The resource servers and clients that a deployment starts with, with the metadata names of RFC 7591 2. */
export const registryDocument = z.strictObject({
  resource_servers: z.array(resourceServer),
  clients: z.array(client),
});

export type RegistryDocument = z.output<typeof registryDocument>;
export type ClientDocument = RegistryDocument['clients'][number];
