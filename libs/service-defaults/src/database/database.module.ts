import type { DynamicModule, Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions, type MigrationInterface } from 'typeorm';
import { endUnsettledConnections, poolOf } from './connection-pool.js';
import { SilentTypeOrmLogger } from './silent-typeorm.logger.js';

/** A service's database: its tables as entities, and how they came to be as migrations. */
export interface DatabaseDefinition {
  readonly url: string;
  readonly entities: readonly Type[];
  readonly migrations: readonly Type<MigrationInterface>[];
}

const POOL_SIZE = 10;
const CONNECT_TIMEOUT_MS = 3_000;
/** The server's own limit; the client's, a little longer, is for a server that hangs and keeps none. */
const STATEMENT_TIMEOUT_MS = 3_000;
const QUERY_TIMEOUT_MS = 4_000;
const CONNECTION_LIFETIME_SECONDS = 60;

/** Options with which a service, its migrations and its tests reach the database. */
export function dataSourceOptions(definition: DatabaseDefinition): DataSourceOptions {
  return {
    type: 'postgres',
    url: definition.url,
    entities: [...definition.entities],
    migrations: [...definition.migrations],
    migrationsTransactionMode: 'each',
    synchronize: false,
    logger: new SilentTypeOrmLogger(false),
    poolSize: POOL_SIZE,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    extra: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      // After a failover of the network a pooled connection may lead nowhere without anybody noticing.
      maxLifetimeSeconds: CONNECTION_LIFETIME_SECONDS,
    },
  };
}

/** Opens a database for long: a connection that hung in the middle of something is not used again. */
export async function connectDataSource(options: DataSourceOptions): Promise<DataSource> {
  const dataSource = await new DataSource(options).initialize();
  endUnsettledConnections(poolOf(dataSource));
  return dataSource;
}

/** Connects a service to its database. The schema is never changed from here: see `migrate`. */
export function databaseModule(definition: DatabaseDefinition): DynamicModule {
  const options = dataSourceOptions(definition);
  return TypeOrmModule.forRootAsync({
    useFactory: () => ({
      ...options,
      retryAttempts: 10,
      retryDelay: 1_000,
      verboseRetryLog: false,
    }),
    dataSourceFactory: () => connectDataSource(options),
  });
}
