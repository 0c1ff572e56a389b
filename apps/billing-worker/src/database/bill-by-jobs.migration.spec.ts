import { dataSourceOptions, runMigrations } from '@m2m/service-defaults';
import { createTestDatabase, type TestDatabase } from '@m2m/testing';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { InvoiceEntity } from '../invoices/invoice.entity.js';
import { CreateInvoices1764000000000 } from './1764000000000-create-invoices.migration.js';
import { billingDatabase } from './billing-database.js';

describe('the migration to jobs', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeEach(async () => {
    database = await createTestDatabase(inject('postgresUrl'));
    await runMigrations({
      entities: [],
      migrations: [CreateInvoices1764000000000],
      url: database.url,
    });
    dataSource = await new DataSource(
      dataSourceOptions({ ...billingDatabase, url: database.url }),
    ).initialize();
  });

  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  async function earlier(issuedAt: string, status: string, failure: string | null = null) {
    const id = uuidv7();
    const settledAt = status === 'issued' ? null : issuedAt;
    await dataSource.query(
      `INSERT INTO invoice (id, order_id, lines, currency, amount, status, failure, issued_at, settled_at)
       VALUES ($1, $2, '[]', 'EUR', 1.00, $3, $4, $5, $6)`,
      [id, uuidv7(), status, failure, issuedAt, settledAt],
    );
    return id;
  }

  it('numbers the invoices there are, and leaves what is unreported to people', async () => {
    const first = await earlier('2029-12-31T23:59:59Z', 'acknowledged');
    const second = await earlier('2030-01-01T00:00:00Z', 'failed', 'order_cancelled');
    const third = await earlier('2030-06-01T00:00:00Z', 'issued');

    await runMigrations({ ...billingDatabase, url: database.url });

    const invoices = await dataSource.getRepository(InvoiceEntity).find({ order: { id: 'ASC' } });
    expect(invoices).toMatchObject([
      { id: first, issuer: 'INV', year: 2029, number: 1, status: 'acknowledged' },
      { id: second, issuer: 'INV', year: 2030, number: 1, status: 'failed' },
      { id: third, year: 2030, number: 2, status: 'failed', failure: 'unreported_before_upgrade' },
    ]);
    await expect(dataSource.query('SELECT * FROM invoice_series ORDER BY year')).resolves.toEqual([
      { issuer: 'INV', year: 2029, last_number: 1 },
      { issuer: 'INV', year: 2030, last_number: 2 },
    ]);
  });

  it('can be taken back', async () => {
    await runMigrations({ ...billingDatabase, url: database.url });
    const id = await earlier2030(dataSource);

    await dataSource.undoLastMigration();

    await expect(dataSource.query('SELECT id, status, failure FROM invoice')).resolves.toEqual([
      { id, status: 'failed', failure: 'order_cancelled' },
    ]);
    await runMigrations({ ...billingDatabase, url: database.url });
  });
});

async function earlier2030(dataSource: DataSource): Promise<string> {
  const id = uuidv7();
  await dataSource.query(
    `INSERT INTO invoice (id, order_id, lines, currency, amount, status, issuer, year, number, issued_at, settled_at)
     VALUES ($1, $2, '[]', 'EUR', 1.00, 'voided', 'INV', 2030, 1, now(), now())`,
    [id, uuidv7()],
  );
  return id;
}
