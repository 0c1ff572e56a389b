import {
  databaseModule,
  DatabaseMetrics,
  DatabaseReadiness,
  runService,
} from '@m2m/service-defaults';
import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ordersApiConfiguration } from '../../../../apps/orders-api/dist/configuration.js';
import { ordersDatabase } from '../../../../apps/orders-api/dist/database/orders-database.js';
import { OrdersModule } from '../../../../apps/orders-api/dist/orders/orders.module.js';
import { verifyBare } from './bare-verification.mjs';

class UnguardedOrdersApi {}
Module({})(UnguardedOrdersApi);

/** Where the first use of a token is compared: its signature is checked, and nothing else. */
const bareVerification = {
  canActivate(context) {
    verifyBare(context.switchToHttp().getRequest().headers.authorization);
    return true;
  },
};

// The orders-api as it is shipped, with its log, its metrics and its database, and without its guard.
await runService({
  name: 'orders-api',
  configuration: ordersApiConfiguration,
  port: (configuration) => configuration.ORDERS_API_PORT,
  module: (configuration) => ({
    module: UnguardedOrdersApi,
    imports: [
      databaseModule({ ...ordersDatabase, url: configuration.ORDERS_DATABASE_URL }),
      OrdersModule,
    ],
    providers: [
      DatabaseReadiness,
      DatabaseMetrics,
      ...(process.env['BENCH_PUBLIC_KEY']
        ? [{ provide: APP_GUARD, useValue: bareVerification }]
        : []),
    ],
  }),
});
