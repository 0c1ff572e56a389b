import { LastRunEntity } from '../billing/last-run.entity.js';
import { InvoiceEntity } from '../invoices/invoice.entity.js';
import { CreateInvoices1764000000000 } from './1764000000000-create-invoices.migration.js';

/** The tables of the billing-worker and how they came to be. */
export const billingDatabase = {
  entities: [InvoiceEntity, LastRunEntity],
  migrations: [CreateInvoices1764000000000],
};
