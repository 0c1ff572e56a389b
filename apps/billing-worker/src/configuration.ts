import {
  internalUrl,
  issuerIdentifier,
  port,
  postgresUrl,
  seconds,
  serviceConfiguration,
} from '@m2m/service-defaults';
import { z } from 'zod';

/** What the billing-worker is configured by: see `.env.example`. */
export const billingWorkerConfiguration = z.object({
  ...serviceConfiguration.shape,
  BILLING_WORKER_PORT: port(3002),
  BILLING_DATABASE_URL: postgresUrl(),
  BILLING_INTERVAL_SECONDS: seconds({ min: 1, max: 3_600, standard: 10 }),
  OAUTH_ISSUER: issuerIdentifier(),
  OAUTH_TOKEN_ENDPOINT: internalUrl().optional(),
  OAUTH_CLIENT_ID: z.string(),
  OAUTH_CLIENT_AUTH_METHOD: z
    .enum(['client_secret_basic', 'client_secret_post'], {
      error: 'must be client_secret_basic or client_secret_post',
    })
    .default('client_secret_basic'),
  OAUTH_CLIENT_SECRET: z.string(),
  ORDERS_API_URL: internalUrl(),
  ORDERS_API_AUDIENCE: z.string().optional(),
});

export type BillingWorkerConfiguration = z.output<typeof billingWorkerConfiguration>;
