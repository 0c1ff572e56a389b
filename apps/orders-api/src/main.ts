import 'reflect-metadata';
import { orderScopes } from '@m2m/orders-contract';
import { runService } from '@m2m/service-defaults';
import { ordersApiConfiguration } from './configuration.js';
import { OrdersApiModule } from './orders-api.module.js';

await runService({
  name: 'orders-api',
  configuration: ordersApiConfiguration,
  port: (configuration) => configuration.ORDERS_API_PORT,
  module: (configuration) => OrdersApiModule.forRoot(configuration),
  apiDescription: ({ OAUTH_ISSUER, OAUTH_TOKEN_ENDPOINT }) => ({
    title: 'Orders API',
    description: 'Orders, protected by OAuth 2.0 access tokens.',
    tokenUrl: OAUTH_TOKEN_ENDPOINT ?? `${OAUTH_ISSUER}/oauth2/token`,
    scopes: orderScopes,
  }),
});
