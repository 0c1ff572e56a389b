import { GuardsModule } from '@m2m/guards';
import { orderScopes } from '@m2m/orders-contract';
import {
  databaseModule,
  DatabaseMetrics,
  DatabaseReadiness,
  EventLogger,
  Metrics,
} from '@m2m/service-defaults';
import { Module, type DynamicModule } from '@nestjs/common';
import { accessEvents } from './access.events.js';
import type { OrdersApiConfiguration } from './configuration.js';
import { ordersDatabase } from './database/orders-database.js';
import { IssuerReadiness } from './issuer-readiness.js';
import { OrdersModule } from './orders/orders.module.js';
import { tokenVerification } from './token-verification.js';

@Module({})
export class OrdersApiModule {
  static forRoot(configuration: OrdersApiConfiguration): DynamicModule {
    return {
      module: OrdersApiModule,
      imports: [
        databaseModule({ ...ordersDatabase, url: configuration.ORDERS_DATABASE_URL }),
        GuardsModule.forRootAsync({
          resource: configuration.ORDERS_API_URL,
          inject: [EventLogger, Metrics],
          useFactory: (logger: EventLogger, metrics: Metrics) => ({
            issuer: configuration.OAUTH_ISSUER,
            audience: configuration.ORDERS_API_AUDIENCE,
            scopesSupported: Object.keys(orderScopes),
            compatibility: configuration.OAUTH_COMPATIBILITY,
            ...tokenVerification(configuration),
            ...accessEvents(logger, metrics),
          }),
        }),
        OrdersModule,
      ],
      providers: [DatabaseReadiness, DatabaseMetrics, IssuerReadiness],
    };
  }
}
