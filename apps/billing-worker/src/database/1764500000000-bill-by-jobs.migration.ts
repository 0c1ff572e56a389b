import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Invoice numbers, voided invoices and refused orders; what is unreported waits in a queue from now on. */
export class BillByJobs1764500000000 implements MigrationInterface {
  readonly name = 'BillByJobs1764500000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE invoice
        DROP CONSTRAINT invoice_status_check,
        ADD CONSTRAINT invoice_status_check
          CHECK (status IN ('issued', 'acknowledged', 'voided', 'failed')),
        ADD issuer text,
        ADD year integer,
        ADD number integer CHECK (number > 0),
        ADD attempts integer NOT NULL DEFAULT 0`);
    await runner.query(`
      CREATE TABLE invoice_series (
        issuer text NOT NULL,
        year integer NOT NULL,
        last_number integer NOT NULL CHECK (last_number > 0),
        PRIMARY KEY (issuer, year)
      )`);
    await numberEarlierInvoices(runner);
    await runner.query(`ALTER TABLE invoice ALTER issuer SET NOT NULL, ALTER year SET NOT NULL`);
    // An invoice has no number for the moment between its insertion and the count of what was inserted.
    await runner.query(`
      CREATE UNIQUE INDEX invoice_number ON invoice (issuer, year, number)
        WHERE number IS NOT NULL`);
    await leaveUnreportedToPeople(runner);
    // What is counted all the time is counted in indexes of its own, however many are acknowledged.
    await runner.query(`CREATE INDEX invoice_voided ON invoice (id) WHERE status = 'voided'`);
    await runner.query(`CREATE INDEX invoice_failed ON invoice (id) WHERE status = 'failed'`);
    await runner.query(`
      CREATE TABLE refused_order (
        order_id uuid PRIMARY KEY,
        reason text NOT NULL,
        refused_at timestamptz NOT NULL
      )`);
    await runner.query(`ALTER TABLE last_run ADD oldest_pending_at timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE last_run DROP oldest_pending_at`);
    await runner.query(`DROP TABLE refused_order, invoice_series`);
    await runner.query(`DROP INDEX invoice_voided, invoice_failed, invoice_number`);
    await runner.query(`
      UPDATE invoice SET status = 'failed', failure = 'order_cancelled' WHERE status = 'voided'`);
    await runner.query(`
      ALTER TABLE invoice
        DROP issuer,
        DROP year,
        DROP number,
        DROP attempts,
        DROP CONSTRAINT invoice_status_check,
        ADD CONSTRAINT invoice_status_check
          CHECK (status IN ('issued', 'acknowledged', 'failed'))`);
  }
}

async function numberEarlierInvoices(runner: QueryRunner): Promise<void> {
  await runner.query(`
    UPDATE invoice SET issuer = 'INV', year = numbered.year, number = numbered.number
    FROM (
      SELECT id, year, row_number() OVER (PARTITION BY year ORDER BY id) AS number
      FROM (SELECT id, extract(year FROM issued_at AT TIME ZONE 'UTC') AS year FROM invoice) AS dated
    ) AS numbered
    WHERE invoice.id = numbered.id`);
  await runner.query(`
    INSERT INTO invoice_series
    SELECT issuer, year, max(number) FROM invoice GROUP BY issuer, year`);
}

// Earlier workers kept no jobs, and a migration makes none: a person sees these, and retries them all at once.
async function leaveUnreportedToPeople(runner: QueryRunner): Promise<void> {
  await runner.query(`
    UPDATE invoice SET status = 'failed', failure = 'unreported_before_upgrade', settled_at = now()
    WHERE status = 'issued'`);
}
