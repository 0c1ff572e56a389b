import type { DynamicModule, Type } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSourceOptions, MigrationInterface } from 'typeorm';
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

/** Connects a service to its database. The schema is never changed from here: see `migrate`. */
export function databaseModule(definition: DatabaseDefinition): DynamicModule {
  return TypeOrmModule.forRoot({
    ...dataSourceOptions(definition),
    retryAttempts: 10,
    retryDelay: 1_000,
    verboseRetryLog: false,
  });
}
