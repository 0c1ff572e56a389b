import { isPrivateKey } from '@m2m/client-credentials';
import { internalUrl, issuerIdentifier } from '@m2m/service-defaults';
import { z } from 'zod';

/** Where a service gets its tokens, and as whom: see `.env.example`. */
export const clientConfiguration = z.object({
  OAUTH_ISSUER: issuerIdentifier(),
  OAUTH_TOKEN_ENDPOINT: internalUrl().optional(),
  OAUTH_CLIENT_ID: z.string(),
  OAUTH_CLIENT_AUTH_METHOD: z
    .enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt'], {
      error: 'must be client_secret_basic, client_secret_post or private_key_jwt',
    })
    .default('client_secret_basic'),
  OAUTH_CLIENT_SECRET: z.string().default(''),
  OAUTH_CLIENT_PRIVATE_KEY: z
    .string()
    .refine(isPrivateKey, 'must be a private key, as a JWK or as PKCS#8 in PEM')
    .optional(),
  OAUTH_CLIENT_ASSERTION_AUDIENCE: z.string().optional(),
  OAUTH_AUDIENCE_PARAMETER: z
    .enum(['resource', 'audience', 'none'], { error: 'must be resource, audience or none' })
    .default('resource'),
});

/** With the scopes to ask for, which each service has its own of. */
export type ClientConfiguration = z.output<typeof clientConfiguration> & {
  readonly OAUTH_SCOPE: string[];
};

/** @param standard what to ask for where the issuer names the scopes as we do. */
export const scopesToAskFor = (standard: string) =>
  z
    .string()
    .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, {
      error: 'must be scopes, separated by single spaces',
    })
    .default(standard)
    .transform((scope) => scope.split(' '));

/**
 * Asks for the credential of the method; another one that is there as well, such as during a change from the one
 * to the other, is not looked at. It has to be called whatever else is faulty, since all faults are listed at
 * once: `.superRefine(checkCredentials, { when: () => true })`.
 */
export function checkCredentials(
  configuration: Readonly<Record<string, unknown>>,
  context: z.RefinementCtx,
): void {
  const needed =
    configuration['OAUTH_CLIENT_AUTH_METHOD'] === 'private_key_jwt'
      ? 'OAUTH_CLIENT_PRIVATE_KEY'
      : 'OAUTH_CLIENT_SECRET';
  if (!configuration[needed]) context.addIssue({ code: 'custom', path: [needed] });
}
