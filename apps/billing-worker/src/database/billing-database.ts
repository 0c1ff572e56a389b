import { LastRunEntity } from '../billing/last-run.entity.js';
import { InvoiceEntity } from '../invoices/invoice.entity.js';
import { CreateInvoices1764000000000 } from './1764000000000-create-invoices.migration.js';
import { BillByJobs1764500000000 } from './1764500000000-bill-by-jobs.migration.js';

/** The tables of the billing-worker and how they came to be; those of its jobs are pg-boss' own. */
export const billingDatabase = {
  entities: [InvoiceEntity, LastRunEntity],
  migrations: [CreateInvoices1764000000000, BillByJobs1764500000000],
};
