import { ServiceClientModule } from '@m2m/service-client';
import {
  databaseModule,
  DatabaseMetrics,
  DatabaseReadiness,
  EventLogger,
} from '@m2m/service-defaults';
import { Module, type DynamicModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PgBoss } from 'pg-boss';
import { DataSource } from 'typeorm';
import { BillingMetrics } from './billing/billing.metrics.js';
import { BillingRun } from './billing/billing.run.js';
import { BillingSummaryController } from './billing/billing-summary.controller.js';
import { LastRun } from './billing/last-run.js';
import { LastRunEntity } from './billing/last-run.entity.js';
import { ScanOrders } from './billing/scan-orders.js';
import { BillingSettings } from './billing-settings.js';
import { BILLING, billingRegistration } from './billing.registration.js';
import type { BillingWorkerConfiguration } from './configuration.js';
import { billingDatabase } from './database/billing-database.js';
import { InvoiceEntity } from './invoices/invoice.entity.js';
import { InvoiceRepository } from './invoices/invoice.repository.js';
import { IssueInvoices } from './invoices/issue-invoices.js';
import { startJobEngine } from './jobs/job-engine.js';
import { JobWorkers } from './jobs/job-workers.js';
import { OrdersApiClient } from './orders/orders-api.client.js';
import { ReportInvoices } from './reports/report-invoices.js';
import { ReportLog } from './reports/report-log.js';

@Module({})
export class BillingWorkerModule {
  static forRoot(configuration: BillingWorkerConfiguration): DynamicModule {
    return {
      module: BillingWorkerModule,
      imports: [
        databaseModule({ ...billingDatabase, url: configuration.BILLING_DATABASE_URL }),
        TypeOrmModule.forFeature([InvoiceEntity, LastRunEntity]),
        ServiceClientModule.forRoot({
          name: BILLING,
          registration: billingRegistration(configuration),
        }),
      ],
      controllers: [BillingSummaryController],
      providers: [
        { provide: BillingSettings, useValue: settings(configuration) },
        {
          provide: PgBoss,
          inject: [DataSource, EventLogger],
          useFactory: (dataSource: DataSource, logger: EventLogger) =>
            startJobEngine(dataSource, logger, 'supervisor'),
        },
        DatabaseReadiness,
        DatabaseMetrics,
        InvoiceRepository,
        LastRun,
        OrdersApiClient,
        BillingMetrics,
        IssueInvoices,
        BillingRun,
        ScanOrders,
        ReportLog,
        ReportInvoices,
        JobWorkers,
      ],
    };
  }
}

function settings(configuration: BillingWorkerConfiguration): BillingSettings {
  return new BillingSettings(
    configuration.BILLING_INTERVAL_SECONDS,
    configuration.BILLING_REPORT_ATTEMPTS,
    configuration.BILLING_INVOICE_ISSUER,
  );
}
