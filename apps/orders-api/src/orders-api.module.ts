import { GuardsModule } from '@m2m/guards';
import { orderScopes } from '@m2m/orders-contract';
import { databaseModule, DatabaseReadiness, EventLogger, Metrics } from '@m2m/service-defaults';
import { Module, type DynamicModule } from '@nestjs/common';
import { AccessLog } from './access-log.js';
import type { OrdersApiConfiguration } from './configuration.js';
import { ordersDatabase } from './database/orders-database.js';
import { IssuerReadiness } from './issuer-readiness.js';
import { OrdersModule } from './orders/orders.module.js';

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
          useFactory: (logger: EventLogger, metrics: Metrics) => {
            const accessLog = new AccessLog(logger, metrics);
            return {
              issuer: configuration.OAUTH_ISSUER,
              jwksUri: configuration.OAUTH_JWKS_URI,
              audience: configuration.ORDERS_API_AUDIENCE,
              scopesSupported: Object.keys(orderScopes),
              onRefused: (refusal) => accessLog.refuse(refusal),
            };
          },
        }),
        OrdersModule,
      ],
      providers: [DatabaseReadiness, IssuerReadiness],
    };
  }
}
