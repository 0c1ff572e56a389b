import { orderScopes } from '@m2m/orders-contract';
import { ResourceServerModule } from '@m2m/resource-server';
import { databaseModule, DatabaseMetrics, DatabaseReadiness } from '@m2m/service-defaults';
import { Module, type DynamicModule } from '@nestjs/common';
import type { OrdersApiConfiguration } from './configuration.js';
import { ordersDatabase } from './database/orders-database.js';
import { OrdersModule } from './orders/orders.module.js';

@Module({})
export class OrdersApiModule {
  static forRoot(configuration: OrdersApiConfiguration): DynamicModule {
    return {
      module: OrdersApiModule,
      imports: [
        databaseModule({ ...ordersDatabase, url: configuration.ORDERS_DATABASE_URL }),
        ResourceServerModule.forRoot({
          resource: configuration.ORDERS_API_URL,
          audience: configuration.ORDERS_API_AUDIENCE,
          scopes: orderScopes,
          verification: configuration,
        }),
        OrdersModule,
      ],
      providers: [DatabaseReadiness, DatabaseMetrics],
    };
  }
}
