import type { ClientRegistration } from '@m2m/client-credentials';
import { clientRegistration } from '@m2m/service-client';
import type { BillingWorkerConfiguration } from './configuration.js';

/** The name of the worker's registration, by which its tokens and its HTTP client are injected. */
export const BILLING = 'billing';

/** How the worker is registered with its issuer, and what it asks for. */
export function billingRegistration(configuration: BillingWorkerConfiguration): ClientRegistration {
  return clientRegistration(configuration, {
    url: configuration.ORDERS_API_URL,
    audience: configuration.ORDERS_API_AUDIENCE,
  });
}
