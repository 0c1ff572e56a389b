import 'reflect-metadata';
import { migrate } from '@m2m/service-defaults';
import { billingDatabase } from './database/billing-database.js';
import { installJobs } from './jobs/install-jobs.js';

await migrate('billing-worker', 'BILLING_DATABASE_URL', billingDatabase, installJobs);
