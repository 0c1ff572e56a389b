import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOrders1764000000000 implements MigrationInterface {
  readonly name = 'CreateOrders1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE customer_order (
        id uuid PRIMARY KEY,
        customer_id text NOT NULL,
        lines jsonb NOT NULL,
        currency text NOT NULL,
        total numeric NOT NULL CHECK (total >= 0),
        status text NOT NULL CHECK (status IN ('pending', 'billed', 'cancelled')),
        created_at timestamptz NOT NULL,
        invoice_id text,
        billed_at timestamptz,
        CHECK ((status = 'billed') = (invoice_id IS NOT NULL)),
        CHECK ((status = 'billed') = (billed_at IS NOT NULL))
      )`);
    // The worker lists pending orders all the time: this index holds those alone, however many are billed.
    await runner.query(`
      CREATE INDEX customer_order_pending ON customer_order (id) WHERE status = 'pending'`);
    await runner.query(`
      CREATE INDEX customer_order_status ON customer_order (status, id) WHERE status <> 'pending'`);
    await runner.query(`
      CREATE TABLE idempotency_key (
        client_id text NOT NULL,
        key text NOT NULL,
        request_digest bytea NOT NULL,
        answer jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (client_id, key)
      )`);
    await runner.query('CREATE INDEX idempotency_key_created_at ON idempotency_key (created_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_key, customer_order');
  }
}
