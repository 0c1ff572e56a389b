import {
  ConfigurationError,
  createEventLogger,
  dataSourceOptions,
  isDatabaseUnavailable,
  loadConfiguration,
  postgresUrl,
} from '@m2m/service-defaults';
import type { PgBoss } from 'pg-boss';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { billingDatabase } from '../database/billing-database.js';
import { startJobEngine } from '../jobs/job-engine.js';
import { ExitCode, OperationFailure } from './operation-failure.js';

/** What an operation works with. */
export interface BillingSession {
  readonly dataSource: DataSource;
  readonly jobs: PgBoss;
}

/** Does something in the billing database that BILLING_DATABASE_URL names, as a worker would. */
export async function inBillingDatabase<Result>(
  environment: NodeJS.ProcessEnv,
  operation: (session: BillingSession) => Promise<Result>,
): Promise<Result> {
  const dataSource = new DataSource(
    dataSourceOptions({ ...billingDatabase, url: urlIn(environment) }),
  );
  try {
    await dataSource.initialize();
    return await withJobs(dataSource, operation);
  } catch (error) {
    if (!isDatabaseUnavailable(error)) throw error;
    throw new OperationFailure(
      ExitCode.noAccess,
      'unreachable',
      'the billing database cannot be reached, or does not answer',
    );
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}

async function withJobs<Result>(
  dataSource: DataSource,
  operation: (session: BillingSession) => Promise<Result>,
): Promise<Result> {
  const jobs = await startJobEngine(dataSource, createEventLogger('billing', 'silent'), 'visitor');
  try {
    return await operation({ dataSource, jobs });
  } finally {
    await jobs.stop({ graceful: false });
  }
}

function urlIn(environment: NodeJS.ProcessEnv): string {
  try {
    return loadConfiguration(z.object({ BILLING_DATABASE_URL: postgresUrl() }), environment)
      .BILLING_DATABASE_URL;
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    throw new OperationFailure(ExitCode.usage, 'configuration', error.faults.join('; '));
  }
}
