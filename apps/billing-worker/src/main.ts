import 'reflect-metadata';
import { runService } from '@m2m/service-defaults';
import { BillingWorkerModule } from './billing-worker.module.js';
import { billingWorkerConfiguration } from './configuration.js';

await runService({
  name: 'billing-worker',
  configuration: billingWorkerConfiguration,
  port: (configuration) => configuration.BILLING_WORKER_PORT,
  module: (configuration) => BillingWorkerModule.forRoot(configuration),
});
