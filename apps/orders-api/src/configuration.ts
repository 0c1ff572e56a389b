import {
  internalUrl,
  issuerIdentifier,
  port,
  postgresUrl,
  serviceConfiguration,
  serviceUrl,
} from '@m2m/service-defaults';
import { z } from 'zod';

/** What the orders-api is configured by: see `.env.example`. */
export const ordersApiConfiguration = z.object({
  ...serviceConfiguration.shape,
  ORDERS_API_PORT: port(3001),
  ORDERS_DATABASE_URL: postgresUrl(),
  OAUTH_ISSUER: issuerIdentifier(),
  OAUTH_JWKS_URI: internalUrl().optional(),
  OAUTH_TOKEN_ENDPOINT: internalUrl().optional(),
  ORDERS_API_URL: serviceUrl(),
  ORDERS_API_AUDIENCE: z.string().optional(),
});

export type OrdersApiConfiguration = z.output<typeof ordersApiConfiguration>;
