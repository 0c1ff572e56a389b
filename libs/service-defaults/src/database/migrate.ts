import { DataSource } from 'typeorm';
import { z } from 'zod';
import { ConfigurationError, loadConfiguration } from '../configuration/load-configuration.js';
import { postgresUrl } from '../configuration/fields.js';
import { createEventLogger } from '../logging/event-logger.js';
import { dataSourceOptions, type DatabaseDefinition } from './database.module.js';

/** PostgreSQL's advisory lock under which one process migrates a database while the others wait. */
const MIGRATION_LOCK = 7_106_749;

/**
 * The `migrate` program of a service: brings its database up to date and ends. Safe to run again, and
 * by several at once.
 *
 * @param urlVariable the name of the environment variable that holds the database's URL.
 * @param installMore brings tables up to date that are not the service's own, but a library's.
 */
export async function migrate(
  service: string,
  urlVariable: string,
  definition: Omit<DatabaseDefinition, 'url'>,
  installMore: (url: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const logger = createEventLogger(service, 'info');
  try {
    const schema = z.object({ [urlVariable]: postgresUrl() });
    const url = String(loadConfiguration(schema, process.env)[urlVariable]);
    const applied = await runMigrations({ ...definition, url });
    await installMore(url);
    logger.info('database.migrated', 'the database is up to date', { applied });
  } catch (error) {
    const faults = error instanceof ConfigurationError ? { faults: error.faults } : {};
    logger.error('database.migration_failed', String(error), faults);
    process.exitCode = 1;
  }
}

/** Applies the migrations that are missing and returns their names. */
export async function runMigrations(definition: DatabaseDefinition): Promise<string[]> {
  const options = dataSourceOptions(definition);
  const dataSource = new DataSource({ ...options, extra: {} });
  await dataSource.initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const applied = await dataSource.runMigrations();
    return applied.map((migration) => migration.name);
  } finally {
    await lock.release();
    await dataSource.destroy();
  }
}
