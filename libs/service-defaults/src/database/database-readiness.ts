import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Readiness } from '../management/readiness.js';

/** Makes a service's readiness depend on its database. */
@Injectable()
export class DatabaseReadiness {
  constructor(readiness: Readiness, dataSource: DataSource) {
    readiness.add({ name: 'database', check: () => dataSource.query('SELECT 1') });
  }
}
