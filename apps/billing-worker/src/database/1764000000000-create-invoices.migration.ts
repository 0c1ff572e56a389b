import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateInvoices1764000000000 implements MigrationInterface {
  readonly name = 'CreateInvoices1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE invoice (
        id uuid PRIMARY KEY,
        order_id uuid NOT NULL UNIQUE,
        lines jsonb NOT NULL,
        currency text NOT NULL,
        amount numeric NOT NULL CHECK (amount >= 0),
        status text NOT NULL CHECK (status IN ('issued', 'acknowledged', 'failed')),
        failure text,
        issued_at timestamptz NOT NULL,
        settled_at timestamptz,
        CHECK ((status = 'failed') = (failure IS NOT NULL)),
        CHECK ((status = 'issued') = (settled_at IS NULL))
      )`);
    // Each run looks for invoices to report: this index holds those alone, however many are settled.
    await runner.query(`CREATE INDEX invoice_unreported ON invoice (id) WHERE status = 'issued'`);
    await runner.query(`
      CREATE TABLE last_run (
        id integer PRIMARY KEY CHECK (id = 1),
        ended_at timestamptz NOT NULL
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE last_run, invoice');
  }
}
