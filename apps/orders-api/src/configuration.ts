import { checkVerification, verificationConfiguration } from '@m2m/resource-server';
import { port, postgresUrl, serviceConfiguration, serviceUrl } from '@m2m/service-defaults';
import { z } from 'zod';

/** What the orders-api is configured by: see `.env.example`. */
export const ordersApiConfiguration = z
  .object({
    ...serviceConfiguration.shape,
    ...verificationConfiguration.shape,
    ORDERS_API_PORT: port(3001),
    ORDERS_DATABASE_URL: postgresUrl(),
    ORDERS_API_URL: serviceUrl(),
    ORDERS_API_AUDIENCE: z.string().optional(),
  })
  .superRefine(checkVerification, { when: () => true });

export type OrdersApiConfiguration = z.output<typeof ordersApiConfiguration>;
