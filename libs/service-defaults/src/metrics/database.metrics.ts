import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { poolOf } from '../database/connection-pool.js';
import { Metrics } from './metrics.js';

/** Shows a service's pool of database connections, named after OpenTelemetry's semantic conventions. */
@Injectable()
export class DatabaseMetrics {
  constructor(metrics: Metrics, dataSource: DataSource) {
    const pool = () => poolOf(dataSource);
    metrics.gaugeBy({
      name: 'db_client_connection_count',
      help: 'Open database connections, by state.',
      label: 'db_client_connection_state',
      read: () => ({ idle: pool().idleCount, used: pool().totalCount - pool().idleCount }),
    });
    metrics.gauge({
      name: 'db_client_connection_max',
      help: 'The most database connections there can be.',
      read: () => pool().options.max,
    });
    metrics.gauge({
      name: 'db_client_connection_pending_requests',
      help: 'Requests that wait for a database connection.',
      read: () => pool().waitingCount,
    });
  }
}
