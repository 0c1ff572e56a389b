import { isPrivateKey } from '@m2m/client-credentials';
import {
  internalUrl,
  issuerIdentifier,
  port,
  postgresUrl,
  seconds,
  serviceConfiguration,
  wholeNumber,
} from '@m2m/service-defaults';
import { z } from 'zod';

/** What the billing-worker is configured by: see `.env.example`. */
export const billingWorkerConfiguration = z
  .object({
    ...serviceConfiguration.shape,
    BILLING_WORKER_PORT: port(3002),
    BILLING_DATABASE_URL: postgresUrl(),
    BILLING_INTERVAL_SECONDS: seconds({ min: 1, max: 3_600, standard: 10 }),
    BILLING_REPORT_ATTEMPTS: wholeNumber({ min: 1, max: 10_000, standard: 300 }),
    BILLING_INVOICE_ISSUER: z
      .string()
      .regex(/^[A-Z0-9]{1,16}$/, 'must have 1 to 16 capital letters and digits')
      .default('INV'),
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
    OAUTH_SCOPE: z
      .string()
      .regex(/^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/, {
        error: 'must be scopes, separated by single spaces',
      })
      .default('orders:read orders:bill')
      .transform((scope) => scope.split(' ')),
    OAUTH_AUDIENCE_PARAMETER: z
      .enum(['resource', 'audience', 'none'], { error: 'must be resource, audience or none' })
      .default('resource'),
    ORDERS_API_URL: internalUrl(),
    ORDERS_API_AUDIENCE: z.string().optional(),
  })
  .superRefine(requireCredentials, { when: () => true });

export type BillingWorkerConfiguration = z.output<typeof billingWorkerConfiguration>;

// Called whatever else is faulty, since all faults are listed at once. The method says which credential is used;
// another one that is there as well, such as during a change from the one to the other, is not looked at.
function requireCredentials(
  configuration: Readonly<Record<string, unknown>>,
  context: z.RefinementCtx,
): void {
  const needed =
    configuration['OAUTH_CLIENT_AUTH_METHOD'] === 'private_key_jwt'
      ? 'OAUTH_CLIENT_PRIVATE_KEY'
      : 'OAUTH_CLIENT_SECRET';
  if (!configuration[needed]) context.addIssue({ code: 'custom', path: [needed] });
}
