import { z } from 'zod';
import { pageQuery } from '../admin/page.js';
import { text } from '../admin/text.js';
import {
  LONGEST_ACCESS_TOKEN_LIFETIME_SECONDS,
  SHORTEST_ACCESS_TOKEN_LIFETIME_SECONDS,
} from '../auth-server.settings.js';
import { scopeName } from '../resource-servers/scope-name.js';
import { clientId } from './client-id.js';
import { clientJwks, clientJwksUri } from './client-jwks.js';
import { clientAuthMethods } from './registered-client.js';

const LONGEST_NAME = 100;
const LONGEST_SCOPE = 2_000;
const DAY_SECONDS = 86_400;
// RFC 6749 3.3; no scope at all is a client that gets no token.
const SCOPE = /^([\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*)?$/;

const authMethod = z.enum(clientAuthMethods, {
  error: `must be one of ${clientAuthMethods.join(', ')}: a client without credentials gets no token`,
});

const grantTypes = z
  .array(z.literal('client_credentials', 'must be client_credentials'), 'must be a list')
  .length(1, 'must be client_credentials and nothing else');

const scope = z
  .string('must be text')
  .max(LONGEST_SCOPE, `must have at most ${LONGEST_SCOPE} characters`)
  .regex(SCOPE, 'must be scope tokens with single spaces between them');

const accessTokenLifetime = wholeSeconds(
  SHORTEST_ACCESS_TOKEN_LIFETIME_SECONDS,
  LONGEST_ACCESS_TOKEN_LIFETIME_SECONDS,
).nullable();

const metadata = {
  client_name: text(LONGEST_NAME),
  token_endpoint_auth_method: authMethod,
  grant_types: grantTypes,
  scope,
  access_token_lifetime: accessTokenLifetime,
  disabled: z.boolean('must be true or false'),
};

/** The body of `POST /admin/clients`, with the metadata names of RFC 7591 2. */
export const newClient = z
  .strictObject({
    client_id: clientId.optional(),
    client_name: metadata.client_name.optional(),
    token_endpoint_auth_method: authMethod.default('client_secret_basic'),
    grant_types: grantTypes.default(['client_credentials']),
    scope: scope.default(''),
    jwks: clientJwks.optional(),
    jwks_uri: clientJwksUri.optional(),
    access_token_lifetime: accessTokenLifetime.default(null),
    disabled: metadata.disabled.default(false),
  })
  .superRefine((client, context) => {
    const fault = keyFault(client);
    if (fault) context.addIssue(fault);
  });

/** The body of `PATCH /admin/clients/{client_id}`: a JSON merge patch (RFC 7396). */
export const clientChanges = z
  .strictObject(metadata)
  .extend({ jwks: clientJwks.nullable(), jwks_uri: clientJwksUri.nullable() })
  .partial();

/** The body of `POST /admin/clients/{client_id}/rotate-secret`, which may be left out. */
export const secretRotation = z
  .strictObject({
    /** For how long the secrets the client has already stay good, if they do not end by themselves. */
    overlap_seconds: wholeSeconds(0, 30 * DAY_SECONDS).default(DAY_SECONDS),
  })
  .prefault({});

/** Names a secret of a client. */
export const secretId = z
  .string('must be text')
  .regex(/^[\w-]{1,100}$/, 'must be the identifier of a secret');

/** The query of `GET /admin/clients`. */
export const clientQuery = z.strictObject({
  ...pageQuery,
  disabled: z.enum(['true', 'false'], 'must be true or false').optional(),
  /** Lists who holds it. */
  scope: scopeName.optional(),
});

export type ClientQuery = z.output<typeof clientQuery>;
export type NewClient = z.output<typeof newClient>;
export type ClientChanges = z.output<typeof clientChanges>;
export type SecretRotation = z.output<typeof secretRotation>;

/** What decides whether a client has the keys its method takes. */
type KeyMetadata = Pick<NewClient, 'token_endpoint_auth_method'> & {
  readonly jwks?: unknown;
  readonly jwks_uri?: unknown;
};

/** What is wrong with a client's keys: it has them, in one of two ways, if and only if it authenticates by them. */
export function keyFault(
  client: KeyMetadata,
): { code: 'custom'; path: string[]; message: string } | undefined {
  const given = (['jwks', 'jwks_uri'] as const).filter((name) => client[name] != null);
  const [name = 'jwks'] = given;
  const fault = (message: string) => ({ code: 'custom' as const, path: [name], message });
  if (client.token_endpoint_auth_method !== 'private_key_jwt') {
    return given.length > 0 ? fault('is for private_key_jwt only') : undefined;
  }
  if (given.length === 0) return fault('or jwks_uri is needed for private_key_jwt');
  return given.length > 1 ? fault('cannot be given together with jwks_uri') : undefined;
}

function wholeSeconds(least: number, most: number) {
  return z
    .int('must be a whole number of seconds')
    .min(least, `must be at least ${least} seconds`)
    .max(most, `must be at most ${most} seconds`);
}

/** The scope tokens in a `scope`, each once. */
export function scopeNames(value: string): string[] {
  return [...new Set(value.split(' ').filter((name) => name !== ''))];
}
