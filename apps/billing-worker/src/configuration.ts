import { checkCredentials, clientConfiguration, scopesToAskFor } from '@m2m/service-client';
import {
  internalUrl,
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
    ...clientConfiguration.shape,
    BILLING_WORKER_PORT: port(3002),
    BILLING_DATABASE_URL: postgresUrl(),
    BILLING_INTERVAL_SECONDS: seconds({ min: 1, max: 3_600, standard: 10 }),
    BILLING_REPORT_ATTEMPTS: wholeNumber({ min: 1, max: 10_000, standard: 300 }),
    BILLING_INVOICE_ISSUER: z
      .string()
      .regex(/^[A-Z0-9]{1,16}$/, 'must have 1 to 16 capital letters and digits')
      .default('INV'),
    OAUTH_SCOPE: scopesToAskFor('orders:read orders:bill'),
    ORDERS_API_URL: internalUrl(),
    ORDERS_API_AUDIENCE: z.string().optional(),
  })
  .superRefine(checkCredentials, { when: () => true });

export type BillingWorkerConfiguration = z.output<typeof billingWorkerConfiguration>;
