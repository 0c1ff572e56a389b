import { ClientCredentialsModule } from '@m2m/client-credentials';
import {
  databaseModule,
  DatabaseMetrics,
  DatabaseReadiness,
  Metrics,
  propagationHeaders,
} from '@m2m/service-defaults';
import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { BillingMetrics } from './billing/billing.metrics.js';
import { BillingRun } from './billing/billing.run.js';
import { BillingScheduler } from './billing/billing.scheduler.js';
import { BillingSummaryController } from './billing/billing-summary.controller.js';
import { LastRun } from './billing/last-run.js';
import { LastRunEntity } from './billing/last-run.entity.js';
import { BillingSettings } from './billing-settings.js';
import { BILLING, billingRegistration } from './billing.registration.js';
import type { BillingWorkerConfiguration } from './configuration.js';
import { billingDatabase } from './database/billing-database.js';
import { InvoiceEntity } from './invoices/invoice.entity.js';
import { InvoiceRepository } from './invoices/invoice.repository.js';
import { OrdersApiClient } from './orders/orders-api.client.js';
import { TokenLifetimeMetric, tokenMetrics } from './token.metrics.js';
import { TokenReadiness } from './token-readiness.js';

@Module({})
export class BillingWorkerModule {
  static forRoot(configuration: BillingWorkerConfiguration): DynamicModule {
    return {
      module: BillingWorkerModule,
      imports: [
        databaseModule({ ...billingDatabase, url: configuration.BILLING_DATABASE_URL }),
        TypeOrmModule.forFeature([InvoiceEntity, LastRunEntity]),
        clientCredentials(configuration),
      ],
      controllers: [BillingSummaryController],
      providers: [
        { provide: BillingSettings, useValue: settings(configuration) },
        DatabaseReadiness,
        DatabaseMetrics,
        TokenReadiness,
        TokenLifetimeMetric,
        InvoiceRepository,
        LastRun,
        OrdersApiClient,
        BillingMetrics,
        BillingRun,
        BillingScheduler,
      ],
    };
  }
}

function settings(configuration: BillingWorkerConfiguration): BillingSettings {
  return new BillingSettings(configuration.BILLING_INTERVAL_SECONDS);
}

function clientCredentials(configuration: BillingWorkerConfiguration): DynamicModule {
  return ClientCredentialsModule.forRootAsync({
    names: [BILLING],
    inject: [Metrics],
    useFactory: (metrics: Metrics) => ({
      registrations: { [BILLING]: billingRegistration(configuration) },
      headers: propagationHeaders,
      events: tokenMetrics(metrics),
    }),
  });
}
